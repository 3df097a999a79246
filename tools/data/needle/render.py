"""Draws the pixels of a needle scene and synthesises its sound."""
from typing import List, Sequence, Tuple

import cv2
import numpy as np
from scene import PLATE_SIZE, Plate, bounce

BORDER = 3  # pixels
BORDER_COLOURS = {'a': (255, 0, 255), 'b': (0, 255, 255)}  # RGB
TEXTURE_MEANS = (120.0, 136.0)  # grey levels
TEXTURE_CONTRASTS = (140.0, 165.0)  # grey levels from darkest to brightest

NOISE_SIGMA = 3.0  # grey levels
MAX_SHAPES = 10
SHAPE_RADII = (4.0, 12.0)  # pixels
SHAPE_SPEEDS = (1.0, 4.0)  # pixels per frame
SHAPE_CORNERS = (3, 4, 5, 20)  # triangle, square, pentagon, nearly a disc
# Degrees of hue a shape may have: from red through yellow to green, away from
# cyan (180), magenta (300) and the blue between them.
SHAPE_HUES = (0.0, 130.0)
BACKGROUND_SPEED = 0.5  # pixels per frame

SAMPLE_RATE = 16000  # Hz
TONES = {'a': 880.0, 'b': 1760.0}  # Hz
TONE_AMPLITUDE = 0.2  # of full scale
AUDIO_NOISE_SIGMA = 0.05  # of full scale


def texture_pattern(texture: str, period: float, side: int) -> np.ndarray:
    """A texture that equals its own mirror image.

    Every pattern is an even function of the offset from the centre column,
    so a horizontal flip, the usual augmentation, keeps the class.

    Args:
        texture: checker, rings, grid, dots, horizontal or vertical.
        period: Pixels after which the pattern repeats.
        side: Side of the square in pixels.

    Returns:
        float64 array (side, side) from 0 (dark) to 1 (bright).
    """
    offset = np.arange(side) - (side - 1) / 2
    wave = np.cos(2 * np.pi * offset / period)
    across, down = np.broadcast_arrays(wave[None, :], wave[:, None])
    if texture == 'checker':
        value = across * down
    elif texture == 'rings':
        radius = np.hypot(offset[None, :], offset[:, None])
        value = np.cos(2 * np.pi * radius / period)
    elif texture == 'grid':
        value = np.maximum(across, down)
    elif texture == 'dots':
        value = np.minimum(across, down)
    elif texture == 'horizontal':
        value = down
    elif texture == 'vertical':
        value = across
    else:
        raise ValueError(f'There is no texture called {texture!r}.')
    # Steep, not binary: a fractional period then keeps its average width.
    return np.clip(0.5 + 1.5 * value, 0, 1)


def draw_plate(rng: np.random.Generator, plate: Plate) -> np.ndarray:
    """The picture of a plate, RGB uint8 (28, 28, 3), 0..255.

    A grid is mostly bright and dots are mostly dark, so the greys are
    centred: seen from afar, at a low resolution, all textures look alike.
    """
    mean, contrast = rng.uniform(*TEXTURE_MEANS), rng.uniform(
        *TEXTURE_CONTRASTS)
    picture = np.empty((PLATE_SIZE, PLATE_SIZE, 3), dtype=np.uint8)
    picture[:] = BORDER_COLOURS[plate.kind]
    inside = slice(BORDER, PLATE_SIZE - BORDER)
    pattern = texture_pattern(plate.texture, plate.period,
                              PLATE_SIZE - 2 * BORDER)
    grey = mean + contrast * (pattern - pattern.mean())
    picture[inside, inside] = np.clip(np.rint(grey), 0, 255)[..., None]
    return picture


def draw_background(rng: np.random.Generator, num_frames: int,
                    size: int) -> np.ndarray:
    """A smooth, faintly coloured picture that drifts behind everything.

    Returns:
        RGB uint8 (num_frames, size, size, 3), 0..255.
    """
    side = 2 * size
    coarse = rng.uniform(80, 170) + rng.normal(0, 30, (8, 8, 1))
    coarse = coarse + rng.normal(0, 8, (8, 8, 3))
    wide = cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)
    wide = np.clip(np.rint(wide), 0, 255).astype(np.uint8)
    middle = (size - 1) / 2
    # One pixel is kept free because the window moves by parts of a pixel.
    centres = bounce(rng, np.full(2, middle),
                     np.full(2, side - 1 - middle - 1), num_frames,
                     BACKGROUND_SPEED)
    return np.stack(
        [cv2.getRectSubPix(wide, (size, size), tuple(c)) for c in centres])


def draw_shape(rng: np.random.Generator, num_frames: int,
               size: int) -> Tuple[np.ndarray, Tuple[int, int, int]]:
    """One distractor: a plain polygon that moves, spins and bounces.

    Returns:
        Corners (num_frames, number of corners, 2), x and y in pixels, and
        the RGB colour, 0..255, which is neither magenta nor cyan.
    """
    corners = int(rng.choice(SHAPE_CORNERS))
    radius = rng.uniform(*SHAPE_RADII)
    centres = bounce(rng, np.zeros(2), np.full(2, size - 1), num_frames,
                     rng.uniform(*SHAPE_SPEEDS))
    turn = rng.uniform(0, 2 * np.pi) + rng.uniform(
        -0.1, 0.1) * np.arange(num_frames)
    angles = turn[:, None] + 2 * np.pi * np.arange(corners) / corners
    rim = radius * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    hsv = np.array([[[
        rng.uniform(*SHAPE_HUES),
        rng.uniform(0.3, 0.9),
        rng.uniform(0.3, 1.0)
    ]]], np.float32)
    rgb = np.rint(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0])
    return centres[:, None] + rim, tuple(int(v) for v in rgb)


def render_frames(rng: np.random.Generator, plates: Sequence[Plate],
                  num_frames: int, size: int) -> np.ndarray:
    """Draws a whole video: background, distractors, plates, noise.

    The plates come last, so that nothing ever hides them.

    Args:
        rng: The video's own generator.
        plates: What is to be seen, each for ``corners`` frames.
        num_frames: Frames of the video.
        size: Side of the square frame in pixels.

    Returns:
        RGB uint8 (num_frames, size, size, 3), 0..255.
    """
    frames = draw_background(rng, num_frames, size)
    for _ in range(rng.integers(MAX_SHAPES, endpoint=True)):
        outline, colour = draw_shape(rng, num_frames, size)
        # OpenCV takes fixed point numbers: here sixteenths of a pixel.
        outline = np.rint(outline * 16).astype(np.int32)
        for frame, polygon in zip(frames, outline):
            cv2.fillConvexPoly(frame, polygon, colour, cv2.LINE_AA, shift=4)
    for plate in plates:
        picture = draw_plate(rng, plate)
        for frame, (x, y) in zip(frames[plate.start:plate.stop],
                                 plate.corners):
            frame[y:y + PLATE_SIZE, x:x + PLATE_SIZE] = picture
    # Frame by frame, since a whole long video of floats would be large.
    for frame in frames:
        noise = rng.standard_normal(frame.shape, dtype=np.float32)
        noise *= NOISE_SIGMA
        noise += frame
        frame[:] = np.clip(np.rint(noise), 0, 255)
    return frames


def render_audio(rng: np.random.Generator,
                 tones: List[Tuple[float, int, int]], num_frames: int,
                 fps: int) -> np.ndarray:
    """Synthesises noise with a tone during each given span of frames.

    Args:
        rng: The video's own generator.
        tones: (frequency in Hz, first frame, frame after the last one).
        num_frames: Frames of the video.
        fps: Frames per second.

    Returns:
        float32 array (samples,) at 16 kHz within [-1, 1], as long as the
        video.
    """
    samples = round(num_frames * SAMPLE_RATE / fps)
    sound = rng.standard_normal(samples, dtype=np.float32)
    sound *= AUDIO_NOISE_SIGMA
    for frequency, start, stop in tones:
        first = round(start * SAMPLE_RATE / fps)
        last = round(stop * SAMPLE_RATE / fps)
        phase = 2 * np.pi * frequency / SAMPLE_RATE * np.arange(first, last)
        sound[first:last] += TONE_AMPLITUDE * np.sin(
            phase + rng.uniform(0, 2 * np.pi))
    return np.clip(sound, -1, 1)
