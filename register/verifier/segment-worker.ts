/** The script of a thread; see `verifyFile`. */
import { serveSegments } from './verify-segment';

serveSegments();
