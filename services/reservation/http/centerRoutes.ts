import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { refuse } from '../../shared/contracts/refusals';
import { publicBaseUrl, readBody } from '../../shared/platform/httpApp';
import { RefusedError } from '../../shared/platform/problem';
import type { CenterProfile } from '../store/centerProfile';
import type { Guide, GuideStore } from '../store/guides';

// Nothing that could be another path, or a hidden file.
const guideId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const guideBody = z.object({
  title: z.string().trim().min(1).max(200),
  text: z.string().trim().min(1).max(50_000),
});

export interface CenterRouteParts {
  guides: GuideStore;
  readProfile: () => Promise<CenterProfile | undefined>;
  clock: () => Date;
}

/** `/guides`: how to prepare, uploaded by the centre; `/center`: what it says of itself. */
export function centerRoutes({ guides, readProfile, clock }: CenterRouteParts): Router {
  const router = Router();

  router.get('/guides', async (req, res) => {
    const base = publicBaseUrl(req);
    const links = (await guides.ids()).map((id) => ({ href: `${base}/guides/${id}` }));
    send(res, { _links: { self: { href: `${base}/guides` }, guides: links } });
  });

  router.get('/guides/:id', async (req, res) => {
    const guide = await guides.get(idIn(req));
    if (!guide) throw new RefusedError(refuse('guide_not_found'));
    send(res, guideView(guide, req));
  });

  // A repeat writes the same again: it needs no key to be known by.
  router.put('/guides/:id', async (req, res) => {
    const guide = { guideId: idIn(req), ...readBody(guideBody, req), updatedAt: clock().toISOString() };
    await guides.put(guide);
    send(res, guideView(guide, req));
  });

  router.get('/center', async (req, res) => {
    const profile = await readProfile();
    if (!profile) throw new RefusedError(refuse('center_profile_not_found'));
    send(res, { ...profile, _links: { self: { href: `${publicBaseUrl(req)}/center` } } });
  });

  return router;
}

function idIn(req: Request): string {
  const id = guideId.safeParse(req.params.id);
  if (!id.success) throw new RefusedError(refuse('guide_not_found'));
  return id.data;
}

function guideView(guide: Guide, req: Request) {
  return { ...guide, _links: { self: { href: `${publicBaseUrl(req)}/guides/${guide.guideId}` } } };
}

function send(res: Response, view: object): void {
  res.type('application/hal+json').send(JSON.stringify(view));
}
