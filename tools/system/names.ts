import { writeFileSync } from 'node:fs';

/**
 * Makes the file in which the sidecars of a system find each other: an SQLite database that has nothing but its header
 * (https://www.sqlite.org/fileformat2.html, 1.3). Without it, sidecars that start at the same moment make it together,
 * and SQLite refuses all but one of those that turn its write-ahead log on, without waiting. A sidecar that was refused
 * goes on all the same, without names, and nobody reaches its service.
 */
export function makeNames(path: string): void {
  const page = Buffer.alloc(pageBytes);
  page.write('SQLite format 3\0', 0, 'latin1');
  page.writeUInt16BE(pageBytes, 16);
  // The write-ahead log is on, for those who write and for those who read.
  page.set([2, 2], 18);
  // Fixed by the format: the fractions of a page that a payload may take.
  page.set([64, 32, 32], 21);
  const pages = 1;
  const changes = 1;
  page.writeUInt32BE(changes, 24);
  page.writeUInt32BE(pages, 28);
  page.writeUInt32BE(changes, 92);
  page.writeUInt32BE(sqliteVersion, 96);
  // The first page is also the list of tables: a leaf, with no cell, whose cells would begin at the page's end.
  page.writeUInt8(13, 100);
  page.writeUInt16BE(pageBytes, 105);
  writeFileSync(path, page);
}

const pageBytes = 4_096;
// Of the library that wrote it last: any will do.
const sqliteVersion = 3_046_001;
