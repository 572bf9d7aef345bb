import type { prompting as English } from '../../en/make/prompting';

export const prompting: typeof English = {
  prompt: 'Užklausa',
  promptPlaceholder: 'Kas turi būti vaizde?',
  negative: 'Neigiama užklausa',
  negativePlaceholder: 'Ko vaizde neturi būti?',
  tokens: 'Žymės',
  suggestions: 'Pasiūlymai',

  history: 'Užklausų istorija',
  noPrompt: 'Be užklausos',
  negativeOf: (negative) => `Neigiama užklausa: ${negative}`,
  clearHistory: 'Išvalyti istoriją',
  noHistory:
    'Čia, šiame įrenginyje, įsimenamos užklausos, kurias piešiate: 100 paskutinių. Užklausos lauke jas perrenka Alt+↑ ir Alt+↓.',

  loras: (files) => `LoRA (${files})`,
  weightOf: (name) => `„${name}“ svoris`,
  embeddings: (files) => `Inversijos (${files})`,
  embeddingWords: 'Tekstinių inversijų žodžiai',
  embeddingsHint: 'Žodžiai, kuriuos galima naudoti užklausoje ir neigiamoje užklausoje.',
};
