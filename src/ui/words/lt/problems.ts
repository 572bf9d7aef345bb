import type { problems as English } from '../en/problems';
import { because, filesOf, missingParts, sentenceOf, type Sentences, type Told } from '../telling';
import { format } from './format';
import { models } from './models/models';
import { nets, parts } from './models/nets';
import { reasonOf } from './reasons';
import { strangers } from './models/strangers';

const sentences: Sentences = {
  'file-empty': ({ file }) => `${file} tuščias. Atsisiųskite jį iš naujo ir importuokite visą.`,
  'file-is-html': ({ file }) =>
    `${file} yra tinklalapis, o ne modelis: nuoroda vedė į tinklalapį. Atverkite jį, prisijunkite, jei to prašo, ir atsisiųskite patį .safetensors failą.`,
  'file-is-pickle': ({ file }) =>
    `${file} yra „pickle“, kuriame gali slypėti programa, ir įrašytas ne PyTorch, tad čia neatveriamas. Ieškokite to paties modelio .safetensors formatu.`,
  'file-is-torch': ({ file }) =>
    `${file} yra PyTorch failas: jo svorius galima paimti, kai jis jau yra šiame įrenginyje. Atsisiųskite jį ir nuvilkite į šį puslapį.`,
  'bad-pickle': ({ file, text }) =>
    `${file} nėra toks PyTorch failas, kuriame būtų tik svoriai, tad jo perskaityti nepavyko${because(reasonOf(text('reason')))}. Atsisiųskite jį iš naujo arba ieškokite to paties modelio .safetensors formatu.`,
  'pickle-asks': ({ file, text }) =>
    `${file} turi ne tik svorius: jis nori, kad būtų įvykdyta ${text('name')}, o čia iš failų niekas nevykdoma. Ieškokite to paties modelio .safetensors formatu.`,
  'file-is-lfs-pointer': ({ file }) =>
    `${file} yra tik Git LFS rodyklė – užrašas, kur modelis yra. Atsisiųskite patį modelį arba įvykdykite „git lfs pull“.`,
  'file-is-archive': ({ file, text }) =>
    `${file} yra supakuotas archyvas${because(text('kind'))}, o ne modelis. Išpakuokite jį ir importuokite jame esančius .safetensors failus.`,
  'file-is-other': ({ file, text }) =>
    `${file} nėra .safetensors failas${because(reasonOf(text('kind')))}${text('says') && `, prasideda taip: „${text('says')}“. Galbūt taip vietoj failo atsakė serveris`}. Importuokite Stable Diffusion modelio failą, kurio plėtinys .safetensors.`,
  'file-truncated': ({ file, size, text }) =>
    `${file} nepilnas: yra ${size('actualBytes')} iš ${text('cut') && 'bent '}${size('expectedBytes')}, trūksta ${text('cut') && 'bent '}${size('expectedBytes', 'actualBytes')}. Atsisiųskite jį iš naujo ir importuokite visą.`,
  'file-too-long': ({ file, size }) =>
    `${file} nesibaigia ten, kur baigiasi modelis: po jo dar yra ${size('extraBytes')}. Buvo sujungti du failai arba atsisiuntimas tęstas ne nuo tos vietos. Atsisiųskite jį iš naujo.`,
  'file-is-hollow': ({ file, size }) =>
    `${file} nepilnas: jo gale vien nuliai, bent ${size('zeroBytes')}, kaip būna, kai atsisiunčiant vieta paliekama, o duomenys neateina. Atsisiųskite jį iš naujo ir importuokite visą.`,
  'file-is-split': ({ file }) =>
    `${file} yra tik viena iš dalių, į kurias failas buvo suskaidytas, o ne modelis. Sujunkite jas iš eilės ta programa, kuri jas suskaidė (7-Zip: „Combine files“), ir importuokite visą failą.`,
  'bad-header': ({ file, text }) =>
    `${file} sugadintas: nepavyksta perskaityti jo antraštės${because(reasonOf(text('reason')))}. Atsisiųskite jį iš naujo.`,
  'file-is-lora': ({ file }) =>
    `${file} yra LoRA – modelio priedas, kuriuo vienu piešti negalima. Importuokite ir visą modelio failą.`,
  'file-is-embedding': ({ file }) =>
    `${file} yra tekstinė inversija – modelio priedas. Importuokite visą modelio failą.`,
  'file-is-vae': ({ file }) =>
    `${file} yra tik VAE, viena modelio dalis. Importuokite modelio failą, kuriame yra ir UNet, ir teksto koduotojas.`,
  'file-is-parts': ({ file, text }) =>
    `${file} yra tik modelio dalis${because(parts(text('found')).nominative)}, kurią gali skolintis kiti modeliai. Importuokite modelio failą, kuriame yra ir UNet.`,
  'file-is-taesd': ({ file }) =>
    `${file} yra TAESD, kuris rodo piešiamus vaizdus ir greitai juos užbaigia. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'file-is-ip-adapter': ({ file }) =>
    `${file} yra IP-Adapter, su kuriuo modelis laikosi pavyzdinio vaizdo. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'file-is-image-encoder': ({ file }) =>
    `${file} yra vaizdų koduotojas, kuriuo į vaizdus žiūri IP-Adapter. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'file-is-control': ({ file }) =>
    `${file} valdo modelį vaizdu, bet vienu juo piešti negalima. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'file-is-upscaler': ({ file }) =>
    `${file} yra didintuvas, kuris padidina baigtus vaizdus. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'file-is-hint-net': ({ file }) =>
    `${file} ruošia užuominas, kurias skaito ControlNet, bet vienu juo piešti negalima. Importuokite ir modelio failą, su kuriuo būtų piešiama.`,
  'other-kind': ({ file, text }) => strangers.sentence(file, text('kind'), text('as')),
  'unknown-kind': ({ file, text }) =>
    `${file} nėra modelis, kurį Drobė pažintų${text('modules') && `; jame yra ${text('modules')}`}. Ji piešia su Stable Diffusion 1.x, 2.x, XL ir 3.x modeliais, o prie jų tinka LoRA, tekstinės inversijos, ControlNet, T2I-Adapter, IP-Adapter, VAE, TAESD, didintuvai ir tinklai, ruošiantys užuominas.`,
  'unsupported-model': ({ file, text }) =>
    `${file} yra tokios rūšies modelis, kurio Drobė dar nepaleidžia${text('found') && `: ${reasonOf(text('found'))}`}. Importuokite Stable Diffusion 1.x, 2.x, XL arba 3.x modelio failą.`,
  'unsupported-control': ({ file, text }) =>
    `${file} valdo modelius taip, kaip Drobė nemoka${text('found') && `: ${reasonOf(text('found'))}`}. Ieškokite ControlNet arba T2I-Adapter, skirto Stable Diffusion 1.x, 2.x arba XL.`,
  'settings-alone': ({ file }) =>
    `${file} turi tik nustatymus, o ne modelį. Failas .yaml tinka prie to paties pavadinimo modelio failo, kai šis jau importuotas arba kai abu pasirenkami kartu; scheduler_config.json – prie aplanko, kuriame jis yra, .safetensors.index.json – prie sunumeruotų failų, kuriuos jis išvardija.`,
  'settings-unread': ({ file }) =>
    `Faile ${file} turėtų būti modelio nustatymai, bet tai ne JSON, todėl nieko iš jo nesužinota. Modelis paimtas be jo; jei vaizdai atrodo blogai, atsisiųskite šį failą iš naujo.`,
  'missing-part': ({ file, text }) =>
    `${file} nepilnas, trūksta: ${text('part') ? parts(text('part')).nominative : 'reikalingos dalies'}${because(dutyOf(text('part')))}. Šiame įrenginyje nėra iš ko jos pasiskolinti. Importuokite visą modelio failą, kuriame yra visos dalys, arba trūkstamą dalį iš modelio aplanko${filesOf(text('part')) && `: ${filesOf(text('part'))}`}.`,
  'missing-shard': ({ file, text }) =>
    `${file}: šio modelio dalis padalyta į kelis sunumeruotus failus, o failo ${text('shard')} tarp jų nėra. Užvilkite čia visą aplanką arba pasirinkite visus jo .safetensors failus kartu.`,
  'missing-weight': (told) =>
    `${holder(told)} nepilnas: trūksta ${told.text('key')}${because(parts(told.text('part')).nominative)}. Atrodo, kad jis apkarpytas arba išsaugotas ne visas. Atsisiųskite jį iš naujo arba išbandykite kitą failą.`,
  'bad-weight': (told) =>
    `${holder(told)} turi svorį, kurio naudoti negalima: ${told.text('key')}${because(reasonOf(told.text('reason')))}. Atsisiųskite jį iš naujo arba išbandykite kitą failą.`,
  'weight-not-a-number': (told) =>
    `${holder(told)} sugadintas arba blogai sulietas: svoryje ${told.text('key')} yra reikšmių, kurios nėra skaičiai (NaN arba begalybė${told.text('count') && `, iš viso ${told.text('count')}`}). Atsisiųskite jį iš naujo arba naudokite kitą failą.`,
  'lora-unknown': ({ text }) =>
    `LoRA „${text('name')}“ čia nėra${text('known') && `; yra ${text('known')}`}. Importuokite jos failą arba išimkite jos žymą iš užklausos.`,
  'lora-mismatch': ({ text }) =>
    text('kind')
      ? `LoRA „${text('name')}“ yra tokios rūšies (${text('kind')}), kurios Drobė prie modelio pridėti nemoka. Ieškokite paprastos LoRA, LoCon, LoHa arba LoKr arba išimkite jos žymą iš užklausos.`
      : `LoRA „${text('name')}“ skirta kitos rūšies modeliui, ne ${text('family')}. Pasirinkite modelį, kuriam ji skirta, arba išimkite jos žymą iš užklausos.`,
  'vae-mismatch': ({ text }) =>
    `VAE „${text('name')}“ skirtas kitos rūšies modeliui, ne ${text('family')}. Skyriuje „Išsamiau“ pasirinkite kitą VAE arba paties modelio.`,
  'vae-decodes-only': ({ text }) =>
    `${text('name') ? `VAE „${text('name')}“` : 'Šio modelio VAE'} vaizdus daro, bet jų neskaito: koduotojo jame nėra. Pieškite vien iš žodžių arba skyriuje „Išsamiau“ pasirinkite kitą VAE.`,
  'adapter-mismatch': ({ text }) =>
    `IP-Adapter „${text('name')}“ skirtas ${text('base') || 'kitos rūšies modeliui'}, o pasirinktas modelis yra ${text('family')}. Pasirinkite modelį, kuriam jis skirtas, arba kitą adapterį skyriuje „Pavyzdinis vaizdas“.`,
  'encoder-missing': ({ text }) =>
    `IP-Adapter „${text('name')}“ žiūri į vaizdą vaizdų koduotoju, o tinkamo čia nėra. Importuokite ${models.encoderWanted(text('seen'), Number(text('width')))}.`,
  'control-mismatch': ({ text }) =>
    `„${text('name')}“ valdo ${text('family').startsWith(text('base')) ? 'kito dydžio modelius, ne pasirinktąjį' : `${text('base')} modelius, o pasirinktas modelis yra ${text('family')}`}. Pasirinkite modelį, kuriam jis skirtas, arba kitą valdymo modelį.`,
  'image-unreadable': ({ file, text }) =>
    text('kind')
      ? `${file} yra tokios rūšies vaizdas (${text('kind')}), kurio ši naršyklė neatveria. Įrašykite jį kaip PNG arba JPEG ir pasirinkite tą failą.`
      : `${file} nėra vaizdas. Pasirinkite PNG, JPEG arba WebP failą.`,
  'image-damaged': ({ file, text }) =>
    `${file} sugadintas: jis prasideda kaip ${text('kind') || 'vaizdas'}, bet jo pikselių perskaityti nepavyksta. Atsisiųskite arba eksportuokite jį iš naujo.`,
  'image-is-drawing': ({ file }) =>
    `${file} yra brėžinys (SVG), kuris pikselių dar neturi. Eksportuokite jį kaip PNG ir pasirinkite tą failą.`,
  'no-recipe': ({ file, isNamed }) =>
    `${isNamed ? `${file} nieko nesako` : 'Failas nieko nesako'} apie nustatymus, kurie čia būtų žinomi. Pasirinkite vaizdą, sukurtą „Drobėje“ ar kita programa, arba tekstą, kuris po tokiu parašytas.`,
  'workflow-unread': ({ file, isNamed }) =>
    `${isNamed ? `${file}: ` : ''}ComfyUI darbo eiga skaičiuoja mazgais, kurie čia nesuprantami, tad jos nustatymų perimti negalima. Užklausą nukopijuokite iš jos ranka.`,
  'link-alone': () =>
    'Šis puslapis iš kitų svetainių vaizdų neparsisiunčia. Įrašykite tą vaizdą ir nuvilkite jo failą čia.',
  'image-moves': ({ file }) =>
    `${file} yra animacija. Norimą kadrą įrašykite kaip PNG ir pasirinkite tą failą.`,
  'image-too-large': ({ file, text }) =>
    `${file} per didelis${text('width') && `: ${text('width')} × ${text('height')} pikselių`}. Perskaityti galima daugiausia 16384 pikselių kraštinę ir iš viso 100 milijonų pikselių; pirma jį sumažinkite.`,
  'result-too-large': ({ text }) =>
    `Padidintas vaizdas būtų per didelis${text('width') && `: ${text('width')} × ${text('height')} pikselių`}. Telpa daugiausia 67 milijonai. Rinkitės mažiau didinantį didintuvą arba mažesnį vaizdą.`,
  'upscaler-unknown': ({ text }) =>
    `Didintuvo „${text('name')}“ čia nėra${text('known') && `; yra ${text('known')}`}. Importuokite jo failą arba pasirinkite kitą didintuvą.`,
  'hint-net-missing': ({ text }) =>
    `Paruošimui${text('hint') && ` „${text('hint')}“`} reikia atskiro tinklo, o jo failo čia nėra. Importuokite jį arba pasirinkite kitą paruošimą.`,
  quota: ({ file, isNamed, size, text }) =>
    text('neededBytes') === '0'
      ? `${isNamed ? `${file} netelpa` : 'Neužtenka vietos'}: naršyklės saugykla pilna. Pašalinkite čia kurį nors modelį arba atlaisvinkite vietos diske ir pabandykite dar kartą.`
      : `${isNamed ? `${file} netelpa` : 'Neužtenka vietos'}: reikia ${size('neededBytes')}, o naršyklė turi laisvų ${size('freeBytes')}. Pašalinkite čia kurį nors modelį arba atlaisvinkite vietos diske ir pabandykite dar kartą${text('fetched') ? '' : '; arba importuokite failą be kopijos, jei naršyklė tai siūlo sąraše „Modeliai šiame įrenginyje“'}.`,
  storage: ({ text }) =>
    `Naršyklės saugykla sutriko${because(reasonOf(text('reason')))}. Įkelkite puslapį iš naujo; privačiame lange, arba jei slapukai užblokuoti, gali būti neleidžiama nieko laikyti.`,
  'model-gone': ({ text }) =>
    `Modelio ${text('model')} nebėra: jį išvalė naršyklė arba jūs. Pasirinkite kitą modelį arba importuokite failą iš naujo.`,
  'model-damaged': ({ text }) =>
    `Naršyklės saugykloje sugadintas failas ${text('file')}${because(reasonOf(text('reason')))}. ${text('server') ? `Paspauskite „Taisyti“, kad šie baitai būtų iš naujo atsiųsti iš ${text('server')}, arba dar kartą importuokite` : 'Dar kartą importuokite'} tą patį failą: sugadintos dalys bus pakeistos.`,
  'record-damaged': ({ file, isNamed }) =>
    `Nebepavyksta perskaityti, ką naršyklė prisimena apie ${isNamed ? file.replace('Failas', 'failą') : 'modelį'}. Pašalinkite jį čia ir importuokite failą iš naujo; kitiems modeliams tai nekenkia.`,
  'record-newer': ({ file, isNamed }) =>
    `${isNamed ? file : 'Modelis'} įrašytas naujesnės Drobės versijos. Įkelkite puslapį iš naujo, kad gautumėte tą versiją.`,
  'repair-differs': ({ file }) =>
    `${file} nepataisytas: serveris dabar siunčia kitus baitus, nei buvo įrašyti. Pašalinkite jį ir atsisiųskite iš naujo arba importuokite tą patį failą kaip anksčiau.`,
  'file-locked': ({ text }) =>
    `Naršyklė dar kartą klausia, ar leisti skaityti failą ${text('file')} ten, kur jis yra. Paspauskite „Leisti“ ir patvirtinkite.`,
  'file-moved': ({ text }) =>
    `Failo ${text('file')} nebėra ten, kur jis buvo, kai nusprendėte jo nekopijuoti. Grąžinkite jį arba pašalinkite čia ir importuokite iš naujo.`,
  'file-changed': ({ text }) =>
    `Failas ${text('file')} pasikeitė nuo tada, kai nusprendėte jo nekopijuoti. Pašalinkite jį čia ir importuokite iš naujo.`,
  'file-unreadable': ({ file }) =>
    `${file} nebeskaitomas: jis pakeistas, perkeltas arba jo diskas atjungtas. Importuokite jį iš naujo.`,
  'bad-address': ({ text }) =>
    `„${text('address')}“ nėra adresas, iš kurio būtų galima siųstis. Įklijuokite .safetensors failo arba „Hugging Face“ modelio adresą, prasidedantį https://; šiame įrenginyje esantį failą nuvilkite į puslapį.`,
  'no-model-there': ({ text }) =>
    `Adresu ${text('address')} .safetensors failo nėra. Atverkite jį naršyklės kortelėje ir paieškokite paties modelio.`,
  'too-many-there': ({ text }) =>
    `Adresu ${text('address')} modelių yra daug (${text('count')}). Įklijuokite to, kurio norite, adresą.`,
  'repository-unknown': ({ text }) =>
    `Visiems atviro modelio „${text('repository')}“ svetainėje „Hugging Face“ nėra. Ar pavadinimas tikslus, taip pat didžiosios raidės ir brūkšneliai? Jei modelis privatus, prisijunkite ten, atsisiųskite failą naršyklės kortelėje ir nuvilkite jį čia.`,
  'repository-gated': ({ text }) =>
    `„${text('repository')}“ duodamas tik tiems, kurie svetainėje „Hugging Face“ sutiko su jo sąlygomis. Naršyklės kortelėje atverkite https://huggingface.co/${text('repository')}, prisijunkite, sutikite, atsisiųskite failą ir nuvilkite jį čia.`,
  'revision-unknown': ({ text }) =>
    `Modelis „${text('repository')}“ neturi šakos ar versijos „${text('revision')}“. Ar pavadinimas tikslus? Dauguma modelių turi šaką „main“.`,
  'file-unknown': ({ text }) =>
    `Modelis „${text('repository')}“ neturi failo ar aplanko „${text('path')}“. Ar pavadinimas tikslus, taip pat didžiosios raidės? Kas ten yra, rodo adresas https://huggingface.co/${text('repository')}.`,
  'download-refused': ({ text }) =>
    `Serveris neduoda ${text('url')}${because(text('said') || reasonOf(text('reason')))}. Galbūt jis prašo prisijungti, sutikti su licencija arba rakto: atverkite šį adresą naršyklės kortelėje, atsisiųskite failą ir nuvilkite jį čia.`,
  'download-changed': ({ text }) =>
    `Adresu ${text('url')} dabar yra kitas failas: jo dydis kitoks nei to, kurį pradėjote siųstis. Kas atsiųsta, išlaikyta: paspauskite „Tęsti“, jei senasis gali sugrįžti, arba „Atmesti“ ir pradėkite iš naujo.`,
  'download-doubtful': ({ text }) =>
    `Serveris failą adresu ${text('url')} dabar žymi kitaip (ETag) nei anksčiau ir nepateikia kontrolinės sumos, kuri leistų nuspręsti: tai gali būti tas pats failas iš kitos vietos arba kitas tokio pat dydžio. Kas atsiųsta, išlaikyta: paspauskite „Tęsti“, jei laikote jį tuo pačiu, arba „Atmesti“ ir pradėkite iš naujo.`,
  'download-is-page': ({ text }) =>
    `Vietoj ${text('url')} atėjo tinklalapis: galbūt tinklas ar serveris pirma prašo prisijungti. Atverkite šį adresą naršyklės kortelėje, padarykite, ko prašo, ir tęskite. Kas atsiųsta, išlaikyta.`,
  'download-damaged': ({ text }) =>
    `Iš ${text('url')} atsiųsta ne tai, ką nurodo serveris (kita SHA-256 suma), tad tai ištrinta. Pradėkite siųstis iš naujo.`,
  'app-damaged': ({ text }) =>
    `Pačios Drobės failas ${text('file')} nėra toks, koks buvo sukurtas: jis sugadintas arba pakeistas ten, kur laikomas, arba pakeliui, tad nepaleidžiamas. Įkelkite puslapį iš naujo; jei nepadeda, praneškite šios svetainės šeimininkui.`,
  'download-elsewhere': () =>
    'Šį failą jau siunčia kita kortelė. Pažiūrėkite ten arba uždarykite ją ir pabandykite dar kartą.',
  network: ({ text }) => statusWords(Number(text('status')), text),
  'no-answer': ({ text }) =>
    `${text('host') || 'Serveris'} neatsako arba neleidžia kitoms svetainėms skaityti, ką turi (nėra CORS antraščių): naršyklės nesako, kuri priežastis tikroji${because(reasonOf(text('reason')))}. Patikrinkite adresą ir ryšį. Jei adresas veikia naršyklės kortelėje, atsisiųskite failą ten ir nuvilkite jį čia.`,
  offline: () => 'Šis įrenginys neprisijungęs prie tinklo. Patikrinkite ryšį ir pabandykite dar kartą.',
  'page-closed': ({ text }) =>
    `${text('url')} yra tinklalapis apie modelį, o ${text('host') || 'jo serveris'} neleidžia kitoms svetainėms jo skaityti. Atverkite jį naršyklės kortelėje, atsisiųskite failą ir nuvilkite jį čia.`,
  'address-insecure': ({ text }) =>
    `Per https:// atvertam puslapiui naršyklės neleidžia skaityti to, kas siunčiama per http://, kaip ${text('url')}. Pabandykite su https:// arba atsisiųskite failą naršyklės kortelėje ir nuvilkite jį čia.`,
  'device-lost': () =>
    'Vaizdo plokštė dirbdama buvo paleista iš naujo. Paspauskite „Generuoti“ ir pabandykite dar kartą; mažesnis vaizdas reikalauja mažiau.',
  'out-of-memory': ({ text, size }) => {
    const net = text('stage');
    const loaded = Number(text('loadedBytes'));
    const need = net && `: daliai „${nets.called(net)}“ reikia bent ${size('neededBytes')}`;
    const limit = text('limitBytes') && `, o čia galima gauti daugiausia ${size('limitBytes')}`;
    const have = loaded > 0 ? `, o ji baigėsi įkėlus ${size('loadedBytes')} svorių` : '';
    const tried = net && ' Išbandyta viskas, kas taupo atmintį.';
    return `Neužteko atminties${need}${limit || have}${net ? '' : because(reasonOf(text('reason')))}.${tried} Pasirinkite mažesnį plotį ir aukštį, uždarykite kitas korteles ir vaizdo plokštę naudojančias programas arba skaičiuokite procesoriumi (skyriuje „Išsamiau“) ir pabandykite dar kartą.`;
  },
  'not-a-number': ({ text }) =>
    `Skaičiai tapo per dideli (${nets.called(text('stage')) || 'modelis'}) net visu tikslumu, tad vaizdo nėra. Pabandykite kitą sėklą, mažesnį užklausos laikymąsi arba kitą modelį.`,
  'engine-crashed': ({ text }) =>
    `Variklis sustojo${because(reasonOf(text('reason')))}. Paspauskite „Generuoti“, kad jis pasileistų iš naujo; jei vėl sustos, pasirinkite mažesnį dydį.`,
  'bad-request': ({ text }) =>
    `Su tokiais nustatymais piešti negalima${because(reasonOf(text('reason')))}. Pakeiskite juos ir pabandykite dar kartą.`,
  busy: () =>
    'Dar piešiamas kitas vaizdas. Palaukite, kol jis bus baigtas, arba jį atšaukite, ir pabandykite dar kartą.',
  bug: ({ text }) =>
    `Nutiko tai, kas nutikti neturėjo${because(reasonOf(text('reason')))}. Pabandykite dar kartą; jei nepadeda, praneškite apie tai šiais žodžiais.`,
};

/** What a status means: https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
function statusWords(status: number, text: Told['text']): string {
  const at = text('url') || 'šis adresas';
  const reason = because(text('said') || reasonOf(text('reason')));
  const wait = text('retrySeconds') && format.duration(1000 * Number(text('retrySeconds')));
  if (status === 404 || status === 410)
    return `Čia nieko nėra: ${at}${reason}. Ar adresas tikslus? Atverkite jį naršyklės kortelėje ir pažiūrėkite.`;
  if (status === 429)
    return `Į serverį kreiptasi per dažnai: ${at}${reason}. Palaukite ${wait || 'kelias minutes'} ir pabandykite dar kartą.`;
  if (status >= 500)
    return `Serveris turi savų bėdų: ${at}${reason}. Pabandykite dar kartą po ${wait || 'kurio laiko'}.`;
  return `Modelio atsisiųsti nepavyko${reason}. Patikrinkite ryšį ir pabandykite dar kartą.`;
}

/** What a part is for. */
const duties: Readonly<Record<ReturnType<typeof missingParts>[number]['part'], string>> = {
  unet: 'jis piešia',
  vae: 'jis iš to, kas nupiešta, padaro pikselius',
  text: 'jis skaito užklausas',
  text2: 'jis skaito užklausas',
};

/** Of several parts it would be a list of its own. @param parts as an error names them. */
function dutyOf(parts: string): string {
  const [one, ...others] = missingParts(parts);
  return one && others.length === 0 ? duties[one.part] : '';
}

/** The file that a weight is in. */
const holder = ({ file, text }: Told): string => (text('name') ? `Failas „${text('name')}“` : file);

export const problems: typeof English = {
  sentence: sentenceOf(sentences, {
    file: (name) => (name ? `Failas „${name}“` : 'Failas'),
    bytes: format.bytes,
    unknownSize: 'nežinia kiek',
  }),
};
