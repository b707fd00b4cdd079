import { gunzipSync } from 'node:zlib';
import { pageFiles } from '../../../../lib/transports/web/page-files.js';

describe('pageFiles', () => {
  const page = (name: string, telnet?: string) => pageFiles(name, telnet).get('/')?.body.toString() ?? '';

  it('writes the name and the address as text, whatever is in them', () => {
    const html = page('$& <script>"\u001b', `telnet <b> 'x'`);
    expect(html).toContain('<title>$&amp; &lt;script&gt;&quot;');
    expect(html).toContain('telnet &lt;b&gt; &#39;x&#39;');
    expect(html).not.toMatch(/<script>|<b>|\u001b|\{\{/);
  });

  it('names the folder after what is in it, so that browsers may keep it', () => {
    const files = pageFiles('a', undefined);
    const folders = new Set([...files.keys()].slice(1).map((path) => path.split('/')[1]));
    expect(folders.size).toBe(1);
    expect([...pageFiles('b', undefined).keys()]).toEqual([...files.keys()]);
    for (const [path, { isImmutable }] of files) expect(isImmutable).toBe(path !== '/');
  });

  it('leaves out source maps, and compresses each file', () => {
    for (const { body, gzipped } of pageFiles('a', undefined).values()) {
      expect(body.includes('sourceMappingURL')).toBeFalse();
      expect(gunzipSync(gzipped).equals(body)).toBeTrue();
    }
  });

  it('loads nothing but its own files, without script or style in the page', () => {
    const html = page('a');
    const paths = [...pageFiles('a', undefined).keys()];
    for (const [, url] of html.matchAll(/(?:src|href)="([^"]*)"/g)) expect(paths).toContain(`/${url}`);
    expect(html).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });
});
