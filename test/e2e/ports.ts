/** Where the app is served. */
export const startPort = Number(process.env.PORT ?? 4199);
export const oneThreadPort = startPort + 100;
