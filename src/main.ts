import { mount } from 'svelte';
import './app.css';
import { startEngine } from './engine/client';
import { watchRequests } from './requests';
import App from './ui/shell/App.svelte';
import { Outgoing } from './ui/shell/outgoing.svelte';

const outgoing = new Outgoing();
watchRequests((origins) => outgoing.add(origins, 'app'));
const engine = startEngine((origins, asker) => outgoing.add(origins, asker));
mount(App, { target: document.body, props: { engine, outgoing } });
