import { STYLE } from "./theme.mjs";

/**
 * One SVG element.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [content] markup
 */
export function element(name, attributes, content = "") {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return content === "" ? `<${name}${written.join("")}/>` : `<${name}${written.join("")}>${content}</${name}>`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content plain text
 * @param {Record<string, string | number>} [attributes]
 */
export function text(x, y, content, attributes = {}) {
  return element("text", { x: round(x), y: round(y), ...attributes }, escaped(content));
}

/** A whole picture on its own ground. @param {number} width @param {number} height @param {string} title @param {string[]} content */
export function picture(width, height, title, content) {
  const ground = element("rect", { class: "ground", x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 8 });
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
  };
  const parts = [element("title", {}, escaped(title)), element("style", {}, STYLE), ground, ...content];
  return `${element("svg", attributes, `\n${parts.join("\n")}\n`)}\n`;
}

/** @param {number} value */
export function round(value) {
  return Math.round(value * 10) / 10;
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
