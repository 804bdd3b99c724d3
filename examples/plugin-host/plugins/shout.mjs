export const onMessage = (text) => text.toUpperCase();
