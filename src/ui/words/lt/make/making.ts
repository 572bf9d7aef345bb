import type { making as English } from '../../en/make/making';

export const making: typeof English = {
  generate: 'Generuoti',
  useModel: (name) => `Naudoti „${name}“`,
  stages: 'Etapai',
  progress: 'Eiga',
  watch: 'Žiūrėti, kaip piešiama',
  notify: 'Pranešti man',
  notNotified: 'Naršyklė čia pranešti neleidžia: žiūrėkite į kortelės pavadinimą.',
  notifyTitle: 'Sistemos pranešimas, kai šio puslapio nematyti',
  preview: 'Peržiūra',
};
