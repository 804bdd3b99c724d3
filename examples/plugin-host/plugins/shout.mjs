export const onMessage = (/** @type {string} */ text) => text.toUpperCase();
