import type { Form } from './api.ts';

/** The upload was refused, for example because the form is over, or it was cut off. */
export class UploadError extends Error {}

/**
 * Sends the media with its form. The form's own address is not used: this origin passes the upload on to the bucket.
 * @param onProgress gets the sent part, 0 to 1
 */
export const upload = ({ fields }: Form, media: Blob, onProgress: (part: number) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) data.append(name, value);
    data.append('file', media);
    // Not `fetch`: it does not say how much has been sent.
    const request = new XMLHttpRequest();
    request.open('POST', '../upload');
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = () => (request.status < 300 ? resolve() : reject(new UploadError(String(request.status))));
    request.onerror = () => reject(new UploadError('network'));
    request.send(data);
  });
