import { Router } from 'express';
import { type RefusalCode, refusalTable, refuse } from '../contracts/refusals';
import { callerLanguage, RefusedError } from './problem';
import { publicBaseUrl } from './publicUrl';

/** `GET /problems` and `GET /problems/{code}`, of every service: what the `type` of a problem leads to, wherever it was met. */
export function problemRoutes(): Router {
  const router = Router();

  router.get('/problems', (req, res) => {
    const base = publicBaseUrl(req);
    const problems = (Object.keys(refusalTable) as RefusalCode[]).map((code) => ({
      code,
      status: refusalTable[code].status,
      title: refusalTable[code][callerLanguage(req)],
      _links: { self: { href: `${base}/problems/${code}` } },
    }));
    res
      .vary('Accept-Language')
      .set('Content-Language', callerLanguage(req))
      .type('application/hal+json')
      .json({ _embedded: { problems }, _links: { self: { href: `${base}/problems` } } });
  });

  router.get('/problems/:code', (req, res) => {
    const { code } = req.params;
    if (!isCode(code)) throw new RefusedError(refuse('not_found'));
    const { status, ko, en } = refusalTable[code];
    const self = { href: `${publicBaseUrl(req)}/problems/${code}` };
    res.type('application/hal+json').json({ code, status, titles: { ko, en }, _links: { self } });
  });

  return router;
}

function isCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusalTable, code);
}
