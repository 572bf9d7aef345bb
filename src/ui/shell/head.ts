/** What the head of the page says of it, for the system and for whoever lists pages; the title is set with what is drawn. */

/** The manifest of English is the page's from the start; others lie beside it (src/cli/pwa.ts). */
const manifestOf = (language: string): string =>
  language === 'en' ? './manifest.webmanifest' : `./manifest.${language}.webmanifest`;

/** Tells it in another language. While developing there is no manifest. */
export function translateHead(language: string, description: string): void {
  document.querySelector('link[rel=manifest]')?.setAttribute('href', manifestOf(language));
  document.querySelector('meta[name=description]')?.setAttribute('content', description);
}
