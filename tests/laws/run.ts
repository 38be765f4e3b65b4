import { checkSeed } from './check';

async function main() {
  const [from = 1, count = 100] = process.argv.slice(2).map(Number);
  const begun = Date.now();
  let bad = 0;
  for (let seed = from; seed < from + count; seed++) {
    const f = await checkSeed(seed, { shrinks: bad < 2 });
    if (f) {
      bad += 1;
      console.log(f.seed, f.broken.slice(0, 6));
      if (bad <= 2) for (const c of f.commands) console.log('  ', JSON.stringify(c));
      if (bad > 12) break;
    }
  }
  console.log(`${bad} bad, ${(Date.now() - begun) / count} ms each`);
}
void main();
