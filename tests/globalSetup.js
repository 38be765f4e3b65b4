const { spawnSync } = require('node:child_process');

// The systems under test run from dist/: it must be what the sources say now.
module.exports = async () => {
  const { status } = spawnSync(process.execPath, ['tools/setup.mjs', '--only=build'], {
    cwd: `${__dirname}/..`,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the build failed');
};
