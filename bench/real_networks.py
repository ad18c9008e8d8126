#!/usr/bin/env python3
"""Runs public networks through fixgate: float against ONNX Runtime, and fixed point in all simulators.

  real_networks.py FIXGATE FOLDER -o OUT [--only PATTERN]

FOLDER is the `real` folder of the data that cannot be shipped. Needs numpy, onnx and onnxruntime (bench/make_peers).
OUT/results.json gets one record a network and plan, OUT/results.md a row a network; what ONNX Runtime answers is kept in OUT/peers and used again.
"""
import argparse
import fnmatch
import json
import pathlib
import subprocess
import sys
import time
import wave

import numpy as np

SEED = 20261201
MASKED = 1e6  # elements of this magnitude are masked: they saturate and are not counted


class Network:
    """How one file is fed. `inputs`: by graph input the axes of its tensor, 'T' for the steps and numbers; without 'T' in any of
    them a step is a call. `states`: state inputs and the outputs that they come back from; an input without an output is an
    initial value of zeros. `sequences`: of a tensor whose first axis is that of independent sequences, how many. `fixed`: inputs that are set for good, `dimensions`: symbolic ones. `before`: by output the tensor that is compared in its place.
    `masks`: inputs of zeros and ones, mostly ones.
    `data`, `calibration`: recordings for the one input, [steps, ...], the latter also [sequences, steps, ...]; without them seeded noise."""

    def __init__(self, inputs, states=None, fixed=None, before=None, steps=40, sequences=None, tokens=None, data=None,
                 calibration=None, softmax=(), dimensions=None, masks=()):
        self.inputs = inputs
        self.states = states or {}
        self.fixed = fixed or {}
        self.before = before or {}
        self.steps = steps
        self.sequences = sequences
        self.tokens = tokens
        self.data = data
        self.calibration = calibration
        self.softmax = softmax
        self.dimensions = dimensions or {}
        self.masks = masks

    @property
    def is_stepped(self):
        return not any('T' in axes for axes in self.inputs.values())


def npz(path, name, sequence=None):
    return lambda folder: np.load(folder / path)[name] if sequence is None else np.load(folder / path)[name][sequence]


def samples_of(path):
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768


def frames(samples, size, hop):
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop].copy()


def framed(path, size, hop):
    return lambda folder: frames(samples_of(folder / path), size, hop)


def spectra(path):
    """Real and imaginary parts of gtcrn's front end: 512 samples every 256, square root of a Hann window."""
    def read(folder):
        window = np.sqrt(np.hanning(513)[:512]).astype(np.float32)
        spectrum = np.fft.rfft(frames(samples_of(folder / path), 512, 256) * window, axis=1)
        return np.stack([spectrum.real, spectrum.imag], axis=-1).astype(np.float32)
    return read


def masked_blocks(path):
    """What dtln's first network, in float, makes of a recording: the input of the second."""
    def read(folder):
        spectrum = np.fft.rfft(frames(samples_of(folder / path), 512, 128), axis=1)
        first = NETWORKS['dtln/model_1']
        masks = Peer(folder / 'dtln/model_1.onnx', first).run({'input_2': np.abs(spectrum).astype(np.float32)})['activation_2']
        return np.fft.irfft(spectrum * masks, axis=1).astype(np.float32)
    return read


NOISY = 'nsnet2/degradated2.wav'
SILERO = dict(fixed={'sr': 16000}, dimensions={'sequence': 576}, states={'state': 'stateN'}, data=npz('silero-vad/frames.npz', 'inputs'), calibration=framed(NOISY, 576, 512))
NETWORKS = {
    'aecmos/Run_1663915512_Stage_0': Network({'input': (1, 3, 'T', 160)}, {'h0': None}, steps=60),
    'aircraft-rul-keras/lstm_model': Network({'input_layer': (1, 'T', 17)}, data=npz('aircraft-rul-keras/test.npz', 'inputs', 0),
                                             calibration=npz('aircraft-rul-keras/train.npz', 'inputs', slice(0, 500))),
    'dtln/model_1': Network({'input_2': (1, 1, 257)}, {'input_3': 'tf_op_layer_stack_2'}, data=npz('dtln/test.npz', 'inputs', 0),
                            calibration=npz('dtln/train.npz', 'inputs', 0)),
    'dtln/model_2': Network({'input_4': (1, 1, 512)}, {'input_5': 'tf_op_layer_stack_5'}, data=masked_blocks('dtln/mix.wav'),
                            calibration=masked_blocks(NOISY)),
    'fraud-rnn/fraud_rnn_static': Network({'input': (8, 'T', 161)}, steps=7, sequences=8),
    'g2p-en/g2p_decoder_step': Network({'input_id': (1,)}, {'hidden_state': 'new_hidden_state'}, tokens=74),
    'g2p-en/g2p_encoder': Network({'input_ids': (1, 'T')}, tokens=29, steps=12),
    'gtcrn/gtcrn_simple': Network({'mix': (1, 257, 1, 2)}, {'conv_cache': 'conv_cache_out', 'tra_cache': 'tra_cache_out', 'inter_cache': 'inter_cache_out'},
                                  data=npz('gtcrn/frames.npz', 'inputs'), calibration=spectra(NOISY)),
    'mlagents-hallway/Hallway': Network({'obs_0': (1, 105), 'obs_1': (1, 3), 'action_masks': (1, 5)}, {'recurrent_in': 'recurrent_out'},
                                        before={'discrete_actions': '72'}, masks=('action_masks',)),
    'nam-lstm/lstm': Network({'x': ('T', 1, 1)}, steps=400),
    'nsnet2/nsnet2': Network({'x': (1, 'T', 257)}, data=npz('nsnet2/test.npz', 'inputs', 0), calibration=npz('nsnet2/train.npz', 'inputs')),
    'pose-gru/gru_model': Network({'input': (1, 'T', 34)}, data=npz('pose-gru/test.npz', 'inputs', 0), calibration=npz('pose-gru/train.npz', 'inputs'),
                                  softmax=('output',)),
    'rtneural/gru': Network({'x': (1, 'T', 1)}, steps=400),
    'rtneural/gru_1d': Network({'x': (1, 'T', 1)}, steps=400),
    'rtneural/lstm': Network({'x': (1, 'T', 1)}, steps=400),
    'rtneural/lstm_1d': Network({'x': (1, 'T', 1)}, steps=400),
    'silero-vad-v4/silero_vad_legacy': Network({'input': (1, 1536)}, {'h': 'hn', 'c': 'cn'}, {'sr': 16000}, data=framed('silero-vad/test.wav', 1536, 1536),
                                               calibration=framed(NOISY, 1536, 1536), dimensions={'sequence': 1536}),
    'silero-vad/silero_vad': Network({'input': (1, 576)}, **{**SILERO, 'dimensions': {'input.1': 576}}),
    'silero-vad/silero_vad_16k_op15': Network({'input': (1, 576)}, **SILERO),
    'silero-vad/silero_vad_op18_ifless': Network({'input': (1, 576)}, **SILERO),
    'stethoscope/rnn': Network({'Sentence': (1, 'T', 128)}, {'onnx::Slice_1': '160', 'onnx::Slice_2': '161'}, steps=4001),
    'tract-byte-bidi-lstm/model': Network({'input': (1, 'T')}, tokens=256, data=npz('tract-byte-bidi-lstm/io.npz', 'input', 0)),
    'tract-qlstm/model': Network({'input': ('T', 3)}),
}


def seeded(network, axes, seed):
    """Steps first: an array for one input."""
    random = np.random.default_rng(seed)
    rest = [size for size in axes if size != 'T']
    if network.tokens:
        return random.integers(0, network.tokens, [network.steps])
    if network.sequences:
        return random.normal(size=[network.sequences, network.steps, *rest[1:]]).astype(np.float32)
    noise = random.normal(size=[network.steps, *[size for size in rest if size != 1]]).astype(np.float32)
    return 0.5 * noise + 0.5 * np.roll(noise, 1, axis=0)


def arrays_of(network, folder, seed, recording):
    """By input: the recording where there is one, else noise."""
    if recording is not None:
        (name,) = network.inputs
        return {name: np.asarray(recording(folder))}
    arrays = {name: seeded(network, axes, seed + k) for k, (name, axes) in enumerate(network.inputs.items())}
    return {name: (array > -1).astype(np.float32) if name in network.masks else array for name, array in arrays.items()}


class Peer:
    """ONNX Runtime on one file."""

    def __init__(self, path, network, threads=0):
        import onnx
        import onnxruntime
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = settings.inter_op_num_threads = threads
        onnxruntime.set_default_logger_severity(4)
        model = onnx.load(str(path))
        known = {value.name for value in model.graph.output}
        for tensor in network.before.values():
            if tensor not in known:
                model.graph.output.append(onnx.ValueInfoProto(name=tensor))
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), settings, providers=['CPUExecutionProvider'])
        self.network = network
        self.kinds = {value.name: value.type for value in self.session.get_inputs()}
        self.shapes = {value.name: value.shape for value in self.session.get_inputs()}
        states = set(network.states.values())
        self.outputs = [value.name for value in self.session.get_outputs() if value.name not in states | set(network.before.values())]

    def typed(self, name, array):
        kind = {'tensor(float)': np.float32, 'tensor(int64)': np.int64, 'tensor(int32)': np.int32, 'tensor(uint8)': np.uint8,
                'tensor(double)': np.float64, 'tensor(float16)': np.float16, 'tensor(bool)': bool}[self.kinds[name]]
        return np.asarray(array).astype(kind)

    def zeros(self, name):
        return self.typed(name, np.zeros([size if isinstance(size, int) else 1 for size in self.shapes[name]]))

    def feed(self, arrays, steps):
        feed = {name: self.typed(name, value) for name, value in self.network.fixed.items() if name in self.kinds}
        for name, axes in self.network.inputs.items():
            tensor = arrays[name]
            sizes = [steps if size == 'T' else size for size in axes]
            if 'T' in axes and not self.network.sequences:
                tensor = np.moveaxis(tensor.reshape([steps] + [s for s in axes if s != 'T']), 0, axes.index('T'))
            feed[name] = self.typed(name, tensor.reshape(sizes))
        return feed

    def run(self, arrays):
        """By output: [steps or 1, elements]."""
        states = {name: self.zeros(name) for name in self.network.states}
        steps = self.network.steps if self.network.sequences else len(next(iter(arrays.values())))
        if not self.network.is_stepped:
            answer = self.call(self.feed(arrays, steps), states)
            if self.network.sequences:
                return {name: answer[name].reshape(self.network.sequences, -1) for name in self.outputs}
            return {name: self.steps_first(answer[name], steps) for name in self.outputs}
        answers = []
        for step in range(steps):
            answer = self.call(self.feed({name: array[step] for name, array in arrays.items()}, 1), states)
            states = {name: answer[to] if to else states[name] for name, to in self.network.states.items()}
            answers.append(answer)
        return {name: np.stack([answer[name].ravel() for answer in answers]) for name in self.outputs}

    def call(self, feed, states):
        names = [value.name for value in self.session.get_outputs()]
        answer = dict(zip(names, self.session.run(None, {**feed, **states})))
        for name, tensor in self.network.before.items():
            answer[name] = answer[tensor]
        return answer

    @staticmethod
    def steps_first(tensor, steps):
        places = [k for k, size in enumerate(tensor.shape) if size == steps]
        if not places:
            return tensor.reshape(1, -1)
        return np.moveaxis(tensor, places[0], 0).reshape(steps, -1)


def softmax(values):
    shares = np.exp(values - values.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


class Trial:
    """One network, as a user would convert it."""

    def __init__(self, fixgate, path, name, network, out):
        self.fixgate, self.path, self.name, self.network = fixgate, path, name, network
        self.out = out / name
        self.out.mkdir(parents=True, exist_ok=True)
        self.set = [option for key, value in {**network.fixed, **network.dimensions}.items() for option in ('--set', f'{key}={value}')]

    def call(self, *arguments):
        result = subprocess.run([self.fixgate, *map(str, arguments)], capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(result.stderr.strip().removeprefix('fixgate: ').replace(f'{self.path}: ', '') or f'exit code {result.returncode}')
        return result.stdout

    def float_error(self, expected):
        self.call('run', self.path, *self.set, '-i', self.out / 'inputs.npz', '-o', self.out / 'float.npz')
        return self.largest_error(np.load(self.out / 'float.npz'), expected)

    def largest_error(self, answers, expected):
        """The largest difference as a share of the outputs' range."""
        worst = 0.0
        for name, want in expected.items():
            if name not in answers.files:
                raise RuntimeError(f'output {name} is missing')
            got = answers[name].reshape(len(answers[name]), -1)
            if name in self.network.softmax:
                got = softmax(got)
            if len(got) < len(want) and (want == want[0]).all():
                got = np.tile(got.ravel(), (len(want), 1))  # constant: written once
            counted = np.abs(want) < MASKED
            got, want = np.where(counted, got, 0), np.where(counted, want, 0)
            if got.shape != want.shape:
                raise RuntimeError(f'output {name}: {got.shape} for {want.shape}')
            scale = max(float(want.max() - want.min()), float(np.abs(want).max()), 1e-30)
            worst = max(worst, float(np.abs(got - want).max()) / scale)
        return worst

    def quantise(self, weights, activations):
        fixed = self.out / f'{weights}-{activations}.fxg'
        self.call('quantize', self.path, *self.set, '--calibrate', self.out / 'calibration.npz', '-w', weights, '-a', activations, '-o', fixed)
        return fixed

    def compare_simulators(self, fixed):
        """Outputs and states of both simulators: how many integers were compared, and how many differ."""
        answers = {}
        for simulator in ('fast', 'reference'):
            files = [self.out / f'{simulator}-{kind}.npz' for kind in ('outputs', 'states')]
            states = ['--state-output', files[1]] if self.network.states else []
            self.call('run', fixed, '-i', self.out / 'inputs.npz', '-o', files[0], '--integers', '--simulator', simulator, *states)
            answers[simulator] = [np.load(file) for file in files[:1 + len(states) // 2]]
        compared = differ = 0
        for fast, reference in zip(answers['fast'], answers['reference']):
            for name in reference.files:
                compared += reference[name].size
                differ += int((fast[name] != reference[name]).sum())
        return compared, differ

    def sqnr(self, fixed):
        self.call('run', fixed, '-i', self.out / 'inputs.npz', '-o', self.out / 'fixed.npz')
        exact, rounded = np.load(self.out / 'float.npz'), np.load(self.out / 'fixed.npz')
        counted = {name: np.abs(exact[name]) < MASKED for name in exact.files}
        signal = sum(float((exact[name][counted[name]].astype(float) ** 2).sum()) for name in exact.files)
        noise = sum(float(((exact[name] - rounded[name])[counted[name]] ** 2).sum()) for name in exact.files)
        return 10 * np.log10(signal / noise) if noise > 0 and signal > 0 else float('inf')


def peer_outputs(trial, folder, network):
    arrays = arrays_of(network, folder, SEED, network.data)
    np.savez(trial.out / 'inputs.npz', **arrays)
    np.savez(trial.out / 'calibration.npz', **arrays_of(network, folder, SEED + 1000, network.calibration))
    kept = trial.out / 'peer.npz'
    if not kept.exists():
        np.savez(kept, **Peer(trial.path, network).run(arrays))
    return dict(np.load(kept))


def records_of(trial, folder, network):
    record = {'network': trial.name, 'converts': False, 'float_error': None, 'plan': None, 'sqnr': None, 'values_compared': 0, 'mismatches': 0,
              'seconds': 0.0}
    start = time.monotonic()
    try:
        record['float_error'] = trial.float_error(peer_outputs(trial, folder, network))
    except Exception as error:  # whatever goes wrong with one file is its record
        return [{**record, 'error': str(error).splitlines()[-1][:400], 'seconds': time.monotonic() - start}]
    records = []
    for weights, activations in ((8, 8), (4, 8)):
        start = time.monotonic()
        one = {**record, 'plan': f'{weights}/{activations}'}
        try:
            fixed = trial.quantise(weights, activations)
            one['values_compared'], one['mismatches'] = trial.compare_simulators(fixed)
            one['sqnr'] = trial.sqnr(fixed)
            one['converts'] = True
        except Exception as error:
            one['error'] = str(error).splitlines()[-1][:400]
        records.append({**one, 'seconds': time.monotonic() - start})
    return records


def table_of(records):
    """The records as a table in Markdown: a row a network."""
    def shown(record, key, form):
        value = record.get(key)
        return '-' if value is None else format(value, form)

    rows = ['| network | float error | SQNR at 8/8 | SQNR at 4/8 | integers compared | mismatches |', '|---|---|---|---|---|---|']
    for name in dict.fromkeys(record['network'] for record in records):
        own = {record['plan']: record for record in records if record['network'] == name}
        first = next(iter(own.values()))
        if not any(record['converts'] for record in own.values()):
            rows.append(f"| {name} | {shown(first, 'float_error', '.1e')} | refused: {first.get('error', 'no reason')} | | | |")
            continue
        sqnr = [shown(own.get(plan, {}), 'sqnr', '.1f') for plan in ('8/8', '4/8')]
        compared, differ = (sum(record[key] for record in own.values()) for key in ('values_compared', 'mismatches'))
        rows.append(f"| {name} | {shown(first, 'float_error', '.1e')} | {sqnr[0]} dB | {sqnr[1]} dB | {compared:,} | {differ} |")
    return '\n'.join(rows) + '\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fixgate')
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True)
    parser.add_argument('--only', default='*', help='networks to run: a pattern')
    options = parser.parse_args()
    records = []
    for name, network in NETWORKS.items():
        path = options.folder / f'{name}.onnx'
        if not fnmatch.fnmatch(name, options.only) or not path.exists():
            continue
        for record in records_of(Trial(options.fixgate, path, name, network, options.output), options.folder, network):
            records.append(record)
            print(f"{name:34} {record['plan'] or '':4} float error {record['float_error']}  SQNR {record['sqnr']}  "
                  f"{record['mismatches']} of {record['values_compared']} differ  {record['seconds']:.1f} s  {record.get('error', '')}", flush=True)
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / 'results.json').write_text(json.dumps(records, indent=1) + '\n')
    (options.output / 'results.md').write_text(table_of(records))
    print(f"seed {SEED}; {sum(r['converts'] for r in records)} of {len(records)} runs convert", file=sys.stderr)


if __name__ == '__main__':
    main()
