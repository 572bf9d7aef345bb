/** A sentence of which some words are set apart: what is typed or read as it stands, and what the sentence is about. */
export type Rich = readonly (string | { readonly code: string } | { readonly strong: string })[];

/** A sentence in parts; the function gives them their type. */
export const rich = (...parts: Rich): Rich => parts;
