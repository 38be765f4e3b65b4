import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reachCrashPoint, watchCrashFile } from './crashPoint';

let folder: string;
let crashFile: string;
const kill = jest.spyOn(process, 'kill').mockReturnValue(true);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crash-'));
  crashFile = join(folder, 'crash');
  kill.mockClear();
});
afterEach(() => {
  watchCrashFile('');
  rmSync(folder, { recursive: true });
});
afterAll(() => kill.mockRestore());

test('When the file names the line that is reached, then the process kills itself, and the file is gone for its next life', () => {
  watchCrashFile(crashFile);
  writeFileSync(crashFile, 'Order.after-save\n');
  kill.mockImplementation(() => {
    expect(existsSync(crashFile)).toBe(false);
    return true;
  });

  reachCrashPoint('Order.after-save');

  expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']]);
});

test.each(['Order.before-save', 'Order.after-save.too', 'Order', ''])(
  'When the file says %p, then another line is passed, and the file stays',
  (wanted) => {
    watchCrashFile(crashFile);
    writeFileSync(crashFile, wanted);

    reachCrashPoint('Order.after-save');

    expect(kill).not.toHaveBeenCalled();
    expect(existsSync(crashFile)).toBe(true);
  },
);

test('When there is no file, then every line is passed', () => {
  watchCrashFile(crashFile);

  reachCrashPoint('Order.after-save');

  expect(kill).not.toHaveBeenCalled();
});

test('When no file is watched, as in production, then none is looked at', () => {
  writeFileSync(crashFile, 'Order.after-save');

  reachCrashPoint('Order.after-save');

  expect(kill).not.toHaveBeenCalled();
  expect(existsSync(crashFile)).toBe(true);
});
