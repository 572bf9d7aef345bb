/**
 * What the engine gives as a reason, in English as it does: the reasons that a person may meet, in Lithuanian. What browsers,
 * servers and ONNX Runtime say, and what only a broken file brings about, is left as it is.
 */
const reasons: readonly (readonly [english: RegExp, lithuanian: string])[] = [
  // of what was asked for
  [/^nothing is masked$/, 'kaukė nieko nedengia'],
  [/^only a picture can be drawn anew in tiles$/, 'plytelėmis perpiešti galima tik vaizdą'],
  [/^only pictures from words have a second pass$/, 'antrą kartą piešiami tik vaizdai iš teksto'],
  [/^steps must be 1 to (\S+), not (\S+)$/, 'žingsnių gali būti nuo 1 iki $1, o ne $2'],
  [/^(.+) is not for models trained by flow matching$/, '$1 netinka modeliams, mokytiems pagal srautą'],
  [
    /^the recipe in this link cannot be read: (.+)$/,
    'šioje nuorodoje esančio recepto perskaityti nepavyksta: $1',
  ],
  [/^the file is no upscaler$/, 'šis failas nėra didintuvas'],
  [/^the file holds no net that makes hints$/, 'šiame faile nėra tinklo, ruošiančio užuominas'],
  [/^there is nothing to download$/, 'nėra ko siųstis'],
  [/^this file cannot be found again$/, 'šio failo nebepavyksta rasti'],
  [/^nobody knows where this model came from$/, 'nežinia, iš kur šis modelis'],
  [/^a served model is not ours to delete$/, 'šį modelį siūlo pati svetainė, tad ištrinti jo negalima'],
  [/^the connection ended after (\S+) of (\S+) bytes$/, 'ryšys nutrūko gavus $1 iš $2 baitų'],

  [/^nothing came for (\S+) s$/, 'per $1 s nieko negauta'],

  // of files
  [/^the header is not UTF-8$/, 'antraštė nėra UTF-8 tekstas'],
  [/^the header does not begin with \{$/, 'antraštė neprasideda ženklu {'],
  [/^(.+) lacks its dtype, shape or data_offsets$/, '$1 neturi dtype, shape arba data_offsets'],
  [/^(.+) leaves a hole or overlaps its neighbour$/, '$1 palieka tarpą arba dengia kaimyninį'],
  [/^(.+) has offsets that do not fit its shape and dtype$/, '$1 vieta neatitinka jo formos ir dtype'],
  [/^numbers of type (\S+) cannot be read$/, '$1 tipo skaičių perskaityti nepavyksta'],
  [/^numbers of type (\S+) cannot be used as weights$/, '$1 tipo skaičiai svoriams netinka'],
  [/^shape (\[.*\]) does not fit$/, 'netinka forma $1'],
  [/^it ends (?:in the middle|too early)$/, 'jis baigiasi per anksti'],
  [/^it is a zip of another kind$/, 'tai kitos rūšies zip archyvas'],
  [/^there are no tensors in it$/, 'jame nėra tenzorių'],

  [/^text$/, 'tekstas'],
  [/^zeros$/, 'vien nuliai'],
  [/^a film$/, 'filmas'],
  [/^sound$/, 'garso įrašas'],
  [/^an Office document$/, '„Office“ dokumentas'],
  [/^a program$/, 'programa'],
  [/^a shortcut$/, 'nuoroda į kitą failą'],
  [/^Core ML or TensorFlow$/, 'Core ML arba TensorFlow'],

  // of models
  [/^a UNet whose weights lie as in MLX$/, 'UNet, kurio svoriai surikiuoti kaip MLX'],
  [/^a UNet for flow matching, by what its (\S+) says$/, 'UNet, mokytas pagal srautą (taip sako $1)'],
  [/^a model that predicts (".*"), by what its (\S+) says$/, 'modelis, spėjantis $1 (taip sako $2)'],
  [
    /^a model that was trained over (".*") noise, by what its (\S+) says$/,
    'modelis, mokytas su $1 triukšmu (taip sako $2)',
  ],
  [
    /^a model that was trained over noise of another kind, by what its (\S+) says$/,
    'modelis, mokytas su kitokiu triukšmu (taip sako $1)',
  ],
];

/** A reason or a finding of the engine's. */
export function reasonOf(english: string): string {
  const known = reasons.find(([pattern]) => pattern.test(english));
  return known ? english.replace(known[0], known[1]) : english;
}
