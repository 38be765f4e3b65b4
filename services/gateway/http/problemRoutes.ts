import { Router } from 'express';
import { type RefusalCode, refusalTable, refuse } from '../../shared/contracts/refusals';
import { publicBaseUrl } from '../../shared/platform/httpApp';
import { callerLanguage, RefusedError } from '../../shared/platform/problem';

/** `GET /problems` and `GET /problems/{code}`: what the `type` of a problem leads to. */
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
