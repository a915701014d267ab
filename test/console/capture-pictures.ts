import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeSharedBrowsers, launchBrowser } from '../support/browser.ts';
import { capturePages, heading, press, SPEECH, VIDEO } from '../support/capture-page.ts';
import { root } from '../support/documents.ts';
import { shoot } from '../support/screenshot.ts';

/** A film of the invented face, as the browser plays it for its camera: JPEGs of the browser's own, which it surely reads. */
const filmOfFace = async (): Promise<string> => {
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 720, height: 960 } });
  const face = readFileSync(join(root, 'infra/local/media/selfie.jpg')).toString('base64');
  await page.setContent(
    `<style>*{margin:0}img{width:720px;height:960px;object-fit:cover}</style><img src="data:image/jpeg;base64,${face}">`,
  );
  const picture = await page.screenshot({ type: 'jpeg', quality: 85 });
  await browser.close();
  const film = join(mkdtempSync(join(tmpdir(), 'camera-')), 'camera.mjpeg');
  writeFileSync(film, Buffer.concat([picture, picture]));
  return film;
};

/** Takes the pictures of the capture page on a phone of 360 pixels. */
const pages = await capturePages({ film: await filmOfFace(), sandboxSettings: { decisionMs: 2500 } });
const phone = { width: 360, height: 740 };
try {
  const photo = await pages.start();
  const { page } = await pages.open(photo.link, phone);
  await page.locator('article h2').waitFor();
  await shoot(page, 'capture-consent');
  await press(page, 'Use another way');
  await shoot(page, 'capture-other-way');
  await press(page, 'Go back');
  await press(page, 'I agree');
  await heading(page, 'Take a photo of your face');
  await shoot(page, 'capture-photo');
  await press(page, 'Open the camera');
  await page.getByRole('button', { name: 'Take the photo' }).waitFor();
  await shoot(page, 'capture-camera');
  await press(page, 'Take the photo');
  await page.locator('.review img').waitFor();
  await shoot(page, 'capture-review');
  await press(page, 'Send it');
  await heading(page, 'We are checking');
  await shoot(page, 'capture-checking');
  await heading(page, 'It is you');
  await shoot(page, 'capture-approved');

  const spoken = await pages.start('', { capture: 'live', options: SPEECH });
  const { page: live } = await pages.open(spoken.link, phone);
  await press(live, 'I agree');
  await live.locator('.phrase').waitFor();
  await shoot(live, 'capture-phrase');
  await press(live, 'Open the camera');
  await press(live, 'Record');
  await live.getByText(/^Recording/).waitFor();
  await shoot(live, 'capture-phrase-recording');

  const declined = await pages.start('-declined', { options: VIDEO });
  const { page: spanish } = await pages.open(declined.link, { ...phone, language: 'es-CO' });
  await press(spanish, 'Acepto');
  await press(spanish, 'Abrir la cámara');
  await press(spanish, 'Grabar 3 segundos');
  await spanish.getByText('Grabando: 2 s').waitFor();
  await shoot(spanish, 'capture-video-es');
  await press(spanish, 'Enviar');
  await heading(spanish, 'La verificación terminó');
  await shoot(spanish, 'capture-declined-es');

  const { page: used } = await pages.open(declined.link, { ...phone, language: 'pt-BR' });
  await heading(used, 'Este link não é válido');
  await shoot(used, 'capture-closed-pt');
  const blocked = await pages.start();
  const { page: refused } = await pages.open(blocked.link, { ...phone, language: 'pt-BR', camera: 'refused' });
  await press(refused, 'Aceito');
  await press(refused, 'Abrir a câmera');
  await refused.getByRole('button', { name: 'Escolher um arquivo' }).waitFor();
  await shoot(refused, 'capture-refused-pt');
} finally {
  await pages.close();
  await closeSharedBrowsers();
}
