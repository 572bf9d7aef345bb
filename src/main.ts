import { mount } from 'svelte';
import './app.css';
import { startEngine } from './engine/client';
import App from './ui/App.svelte';

mount(App, { target: document.body, props: { engine: startEngine() } });
