// The eyes and the voice of the gate page: the camera, three sounds, and a screen that stays on.

const LOOK_EVERY_MS = 60;
const WIDEST = 960; // pixels: more cost time and read nothing more at arm's length

// Watch until the page closes; tells `found` every text that is seen. Answers the name of what to tell people.
export async function watch(video, wasm, found) {
  if (!navigator.mediaDevices) return "camera-insecure";
  try {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
    await video.play();
    await ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  } catch {
    return "camera-off";
  }
  look(video, found);
  return "aim";
}

async function look(video, found) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const options = { formats: ["QRCode", "Code128"], maxNumberOfSymbols: 1, textMode: "Plain", tryInvert: false };
  while (video.srcObject) {
    if (video.videoWidth && !document.hidden) {
      const scale = Math.min(1, WIDEST / video.videoWidth);
      canvas.width = video.videoWidth * scale;
      canvas.height = video.videoHeight * scale;
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const codes = await ZXingWASM.readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), options);
      if (codes.length && codes[0].isValid) found(codes[0].text);
    }
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}

// ---- sounds: two that nobody confuses, and a third between them

const TONES = {
  ok: { shape: "sine", volume: 0.35, notes: [[880, 0, 0.12], [1320, 0.12, 0.2]] },
  error: { shape: "square", volume: 0.15, notes: [[196, 0, 0.18], [196, 0.26, 0.3]] },
  incomplete: { shape: "sine", volume: 0.35, notes: [[523, 0, 0.25]] },
};
let audio = null;

// Browsers allow sound once somebody has touched the page.
export function wake() {
  audio ??= new AudioContext();
  audio.resume();
}

export function sound(status) {
  if (!audio) return;
  const { shape, volume, notes } = TONES[status];
  for (const [pitch, from, length] of notes) {
    const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
    tone.type = shape;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(volume, audio.currentTime + from);
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + from + length);
    tone.connect(loudness).connect(audio.destination);
    tone.start(audio.currentTime + from);
    tone.stop(audio.currentTime + from + length);
  }
}

export async function stayOn() {
  if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => null);
}
