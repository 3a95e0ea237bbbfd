// What nobody has to look for: one short tune for each thing that may happen while eyes are elsewhere.
// The words on the screen say it too: a tablet that is mute, or a browser that lets nothing sound
// before somebody touched the page, hides nothing.

const TUNES = {
  on: [[880, 0, 0.07]],
  off: [[220, 0, 0.16], [220, 0.22, 0.16]],
  yes: [[659, 0, 0.12], [880, 0.12, 0.12], [1319, 0.24, 0.3]],
  no: [[330, 0, 0.25], [247, 0.28, 0.25], [196, 0.56, 0.45]],
  look: [[740, 0, 0.12], [740, 0.2, 0.12], [740, 0.4, 0.12]],
};
let audio = null;

/** `on` and `off`: what was scanned or tapped is on, or isn't. `yes` and `no`: the goods may go, or
 * must stay. `look`: something else needs somebody. */
export function sound(name) {
  try {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
    for (const [hertz, begin, seconds] of TUNES[name]) tone(hertz, begin, seconds);
  } catch {
    // No sound here.
  }
}

function tone(hertz, begin, seconds) {
  const [wave, loudness] = [audio.createOscillator(), audio.createGain()];
  wave.frequency.value = hertz;
  loudness.gain.value = 0.2;
  wave.connect(loudness).connect(audio.destination);
  wave.start(audio.currentTime + begin);
  wave.stop(audio.currentTime + begin + seconds);
}
