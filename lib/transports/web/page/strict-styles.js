/**
 * xterm.js writes rules into `<style>` elements, and colours into `style` attributes. The page's Content-Security-Policy
 * forbids both, since they could come from elsewhere. This gives them to the CSSOM, which it allows.
 */

const { createElement } = document;

document.createElement = (/** @type {string} */ name, /** @type {ElementCreationOptions=} */ options) => {
  if (name !== 'style') return createElement.call(document, name, options);
  // No style element: an empty one would be a violation already.
  const element = createElement.call(document, 'template');
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, 'textContent', { set: (text) => sheet.replaceSync(text) });
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(element);
  };
  return element;
};

HTMLElement.prototype.setAttribute = function (/** @type {string} */ name, /** @type {string} */ value) {
  if (name === 'style') this.style.cssText = value;
  else Element.prototype.setAttribute.call(this, name, value);
};
