import type { painting as English } from '../../en/paint/painting';

export const painting: typeof English = {
  tools: {
    brush: 'Teptukas',
    eraser: 'Trintukas',
    rectangle: 'Stačiakampis',
    lasso: 'Laso',
    fill: 'Užpildas',
    pan: 'Ranka',
  },
  penOnly: 'Piešia tik rašiklis, pirštai vaizdą perkelia',
  maskTools: 'Kaukės įrankiai',
  drawingTools: 'Piešimo įrankiai',
  withKey: (words, key) => `${words} (${key})`,

  invertMask: 'Invertuoti kaukę',
  clearMask: 'Išvalyti kaukę',
  zoomOut: 'Tolinti',
  zoomIn: 'Artinti',
  showAll: 'Rodyti visą vaizdą',
  smallerBrush: 'Mažesnis teptukas',
  largerBrush: 'Didesnis teptukas',

  size: 'Dydis',
  brushSize: 'Teptuko dydis',
  softness: 'Minkštumas',
  brushSoftness: 'Teptuko minkštumas',
  opacity: 'Neskaidrumas',
  brushOpacity: 'Teptuko neskaidrumas',
  maskColour: 'Kaukės spalva',
  colour: (number) => `Spalva ${number}`,

  canvases: {
    mask: { name: 'Kaukės drobė', task: 'Uždažykite, kas turi pasikeisti.' },
    hint: { name: 'Užuominos drobė', task: 'Pieškite baltas linijas.' },
    reference: {
      name: 'Pavyzdinio vaizdo kaukės drobė',
      task: 'Uždažykite, kur pavyzdinis vaizdas galioja.',
    },
  },
  byKeys:
    'Rodyklėmis teptukas perkeliamas, laikant tarpo klavišą piešiama, „Enter“ potėpį pradeda ir baigia; visus klavišus parodo klaustukas.',

  drawings: {
    hint: {
      title: 'Nupiešti užuominą',
      invert: 'Invertuoti piešinį',
      clear: 'Išvalyti piešinį',
      use: 'Naudoti šį piešinį',
      left: 'Tai, ką nupiešėte, nepanaudota.',
    },
    reference: {
      title: 'Kur galioja',
      invert: 'Invertuoti kaukę',
      clear: 'Išvalyti kaukę',
      use: 'Naudoti šią kaukę',
      left: 'Nupiešta kaukė nepanaudota.',
    },
  },
  drawing: 'Piešinys',

  gestures: [
    ['Alt + piešti; rašiklio trintukas', 'Trinti bet kuriuo įrankiu'],
    ['Tarpas, vidurinis ar dešinysis mygtukas + vilkti', 'Perkelti vaizdą'],
    ['Du pirštai', 'Perkelti ir artinti vaizdą'],
    ['Ratukas, suspaudimas pirštais', 'Artinti ir tolinti'],
    ['Alt + ratukas', 'Teptuko dydis'],
    ['Rodyklės drobėje', 'Perkelti teptuką; su „Shift“ – po vieną pikselį, su „Ranka“ – vaizdą'],
    ['Laikomas tarpas arba du kartus „Enter“', 'Piešti ten, kur nuvedė rodyklės'],
  ],
};
