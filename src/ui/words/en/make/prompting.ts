/** What is said around the prompts: their fields, those from before, and words that files bring. */
export const prompting = {
  prompt: 'Prompt',
  promptPlaceholder: 'What should the picture show?',
  negative: 'Negative prompt',
  negativePlaceholder: 'What should it not show?',
  tokens: 'Tokens',
  suggestions: 'Suggestions',

  history: 'Prompt history',
  noPrompt: 'No prompt',
  negativeOf: (negative: string): string => `Negative prompt: ${negative}`,
  clearHistory: 'Clear history',
  noHistory:
    'Prompts that you draw are remembered here, on this device, the last 100 of them. In a prompt Alt+↑ and Alt+↓ go through them.',

  loras: (files: number): string => `LoRAs (${files})`,
  weightOf: (name: string): string => `Weight of ${name}`,
  embeddings: (files: number): string => `Embeddings (${files})`,
  embeddingWords: 'Words of embeddings',
  embeddingsHint: 'Words for the prompt or the negative prompt.',
};
