/** Colours for a light page and a dark one. */
export const STYLE = `
.card { fill: #ffffff; stroke: #d0d7de; }
.box { fill: #eef2f6; stroke: #d0d7de; }
text { font-family: ui-sans-serif, system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; font-size: 13px; fill: #1f2328; }
.small { font-size: 11px; fill: #57606a; }
.operator { font-weight: 600; }
.marble { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: 12px; text-anchor: middle; }
.line { stroke: #57606a; stroke-width: 1.6; fill: none; }
.tick { stroke: #d0d7de; stroke-dasharray: 2 3; }
.end { stroke: #1f2328; stroke-width: 2.4; }
.pill { stroke: #57606a; stroke-width: 1.2; }
.c0 { fill: #cfe8ff; } .c1 { fill: #ffe2c2; } .c2 { fill: #d5f0d0; } .c3 { fill: #f3d6ee; } .c4 { fill: #fff3b8; }
@media (prefers-color-scheme: dark) {
  .card { fill: #0d1117; stroke: #30363d; }
  .box { fill: #161b22; stroke: #30363d; }
  text { fill: #e6edf3; }
  .small { fill: #9198a1; }
  .line, .pill { stroke: #9198a1; }
  .tick { stroke: #30363d; }
  .end { stroke: #e6edf3; }
  .c0 { fill: #123a5e; } .c1 { fill: #5c3a12; } .c2 { fill: #1d4a23; } .c3 { fill: #4c2248; } .c4 { fill: #4f4610; }
}`;
