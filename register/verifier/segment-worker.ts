/** The script of a thread; see `verifyFile`. */
import { serveSegment } from './verify-segment';

serveSegment();
