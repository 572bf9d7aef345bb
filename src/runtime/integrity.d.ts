declare module '*?integrity' {
  const sum: string;
  export default sum;
}
