/** Translates the head of the page: manifest and description. The title is set elsewhere. */

/** The manifest of English is the page's from the start; others lie beside it (src/cli/pwa.ts). */
const manifestOf = (language: string): string =>
  language === 'en' ? './manifest.webmanifest' : `./manifest.${language}.webmanifest`;

/** Translates them. During development there is no manifest. */
export function translateHead(language: string, description: string): void {
  document.querySelector('link[rel=manifest]')?.setAttribute('href', manifestOf(language));
  document.querySelector('meta[name=description]')?.setAttribute('content', description);
}
