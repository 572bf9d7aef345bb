import { mount } from 'svelte';
import './design.css';
import './app.css';
import { startEngine } from './engine/client';
import { watchRequests } from './requests';
import { defer } from './ui/controls/defer';
import App from './ui/shell/App.svelte';
import { LanguageChoice } from './ui/shell/language-choice.svelte';
import { Outgoing } from './ui/shell/outgoing.svelte';

const outgoing = new Outgoing();
watchRequests((origins) => outgoing.add(origins, 'app'));
const engine = startEngine((origins, asker) => outgoing.add(origins, asker));
const speech = new LanguageChoice();
// Not awaited at the top: the words of other languages may lie beside this file, and would wait for it.
void speech
  .begin()
  .then(() => defer(() => mount(App, { target: document.body, props: { engine, outgoing, speech } })));
