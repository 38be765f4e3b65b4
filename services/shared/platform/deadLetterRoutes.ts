import { Router } from 'express';
import { z } from 'zod';
import { refuse } from '../contracts/refusals';
import type { DeadLetter } from './deadLetterStore';
import type { DeadLetters } from './deadLetters';
import { type ListShape, pageView, readPaging } from './paging';
import { RefusedError } from './problem';
import { publicBaseUrl } from './publicUrl';

const shape: ListShape<'since'> = { path: '/deadLetters', rel: 'deadLetters', sorts: ['since'], filters: [] };

/** For who operates the service: on its own port, and at no public path of the gateway. */
export function deadLetterRoutes(letters: DeadLetters): Router {
  const router = Router();
  router.get('/deadLetters', async (req, res) => {
    const paging = readPaging(req, shape);
    const found = await letters.page(paging.page, paging.size, paging.descending);
    const items = found.letters.map((letter) => viewOf(letter, publicBaseUrl(req)));
    res.type('application/hal+json').send(JSON.stringify(pageView(req, shape, paging, found, items)));
  });
  router.post('/deadLetters/:id/redrive', async (req, res) => {
    const { id } = req.params;
    const redriven = await letters.redrive(id);
    if (!redriven) throw new RefusedError(refuse('not_found'));
    res.json({ id, ...redriven });
  });
  return router;
}

// What the event says of a person stays unshown: of its data, nothing is told.
const shownFields = z.object({
  eventId: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  orderId: z.string().optional().catch(undefined),
  version: z.number().optional().catch(undefined),
  occurredAt: z.string().optional().catch(undefined),
});

function viewOf({ id, topic, event, reason, since, tries }: DeadLetter, base: string) {
  const shown = shownFields.safeParse(event);
  return {
    id,
    topic,
    event: shown.success ? shown.data : {},
    ...(reason ? { reason } : {}),
    since,
    tries,
    _links: { redrive: { href: `${base}/deadLetters/${encodeURIComponent(id)}/redrive` } },
  };
}
