import type { page as English } from '../../en/shell/page';

export const page: typeof English = {
  worksOffline: 'Veikia neprisijungus',
  stableDiffusion: 'Stable Diffusion:',
  toLight: 'Šviesus apipavidalinimas',
  toDark: 'Tamsus apipavidalinimas',

  picture: 'Vaizdas',
  canvas: 'Drobė',
  toPicture: 'Pereiti prie vaizdo',
  empty: 'Tuščia drobė.',

  reload: 'Įkelti iš naujo',
  useCpu: 'Skaičiuoti procesoriumi',
  allow: 'Leisti',

  whatIsIt: 'Kas tai per vaizdas?',
  isPaintedOn: (name) => `Dabar dažomas „${name}“. Viską galima anuliuoti.`,
  asMask: 'Naudoti kaip kaukę',
  asPicture: 'Pradėti nuo jo',
  leaveIt: 'Palikti',

  sent: 'Kas išsiųsta',
  neverSent:
    'Užklausos, vaizdai ir modeliai niekada neišeina iš šio įrenginio. Štai kreipiniai, kuriuos šis puslapis išsiuntė nuo tada, kai buvo atvertas:',
  noRequests: 'Nė vieno: viskas paimta iš šios naršyklės saugyklos.',
  counted:
    'Suskaičiuota pagal tai, ką naršyklė užrašo apie puslapį, jo variklį, atsisiuntimus ir pagalbinį procesą (service worker). Pačios naršyklės kreipinių, pavyzdžiui, ieškant naujos versijos, čia nėra; juos parodo naršyklės kūrėjų įrankiai.',
};
