/** Shows a Blob in an <img> for as long as it is there. */
export const blobSource = (blob: Blob) => (image: HTMLImageElement) => {
  const url = URL.createObjectURL(blob);
  image.src = url;
  return () => URL.revokeObjectURL(url);
};
