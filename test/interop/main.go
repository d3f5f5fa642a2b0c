// Reads a published register with other people's code only: the signed note of the Go checksum database, the tile
// client and the file system check of Tessera, the proof verification of transparency-dev/merkle.
//
//	interop -dir LOG -key VERIFIER_KEY [-old CHECKPOINT_FILE] [-samples N]
//
// It exits with 0 and a line of JSON when everything holds, else with 1 and the reason.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	dir := flag.String("dir", "", "folder of the published log")
	key := flag.String("key", "", "verifier key of the log")
	old := flag.String("old", "", "file with an earlier checkpoint, which the log must continue")
	samples := flag.Int("samples", 100, "entries to prove, chosen at random")
	flag.Parse()
	result, err := check(context.Background(), *dir, *key, *old, *samples)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

// verifier is the log's, from the command line.
var verifier note.Verifier

type result struct {
	Size       uint64 `json:"size"`
	Root       string `json:"root"`
	Inclusions int    `json:"inclusions"`
	OldSize    uint64 `json:"oldSize"`
}

func check(ctx context.Context, dir, key, oldFile string, samples int) (*result, error) {
	var err error
	if verifier, err = note.NewVerifier(key); err != nil {
		return nil, fmt.Errorf("the verifier key: %w", err)
	}
	origin := verifier.Name()
	files := client.FileFetcher{Root: dir}
	cp, _, _, err := client.FetchCheckpoint(ctx, files.ReadCheckpoint, verifier, origin)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint: %w", err)
	}
	oldSize, err := consistent(ctx, files, verifier, oldFile, cp)
	if err != nil {
		return nil, err
	}
	if err := included(ctx, files, cp, samples); err != nil {
		return nil, err
	}
	if err := complete(ctx, files, cp); err != nil {
		return nil, err
	}
	return &result{Size: cp.Size, Root: fmt.Sprintf("%x", cp.Hash), Inclusions: samples, OldSize: oldSize}, nil
}

// consistent proves that the log of the earlier checkpoint is the beginning of this one.
func consistent(ctx context.Context, files client.FileFetcher, v note.Verifier, oldFile string, cp *log.Checkpoint) (uint64, error) {
	if oldFile == "" {
		return 0, nil
	}
	raw, err := os.ReadFile(oldFile)
	if err != nil {
		return 0, err
	}
	before, _, _, err := log.ParseCheckpoint(raw, v.Name(), v)
	if err != nil {
		return 0, fmt.Errorf("the earlier checkpoint: %w", err)
	}
	if before.Size > cp.Size {
		return 0, fmt.Errorf("rollback: the log has %d entries, an earlier checkpoint %d", cp.Size, before.Size)
	}
	if before.Size == cp.Size {
		if !bytes.Equal(before.Hash, cp.Hash) {
			return 0, fmt.Errorf("split view: two checkpoints of size %d have different roots", cp.Size)
		}
		return before.Size, nil
	}
	builder, err := client.NewProofBuilder(ctx, cp.Size, files.ReadTile)
	if err != nil {
		return 0, fmt.Errorf("the tiles: %w", err)
	}
	path, err := builder.ConsistencyProof(ctx, before.Size, cp.Size)
	if err != nil {
		return 0, fmt.Errorf("the consistency proof: %w", err)
	}
	if err := proof.VerifyConsistency(rfc6962.DefaultHasher, before.Size, cp.Size, path, before.Hash, cp.Hash); err != nil {
		return 0, fmt.Errorf("the consistency proof: %w", err)
	}
	return before.Size, nil
}

// included proves entries chosen at random, from their bytes in the bundles up to the root.
func included(ctx context.Context, files client.FileFetcher, cp *log.Checkpoint, samples int) error {
	if cp.Size == 0 {
		return nil
	}
	builder, err := client.NewProofBuilder(ctx, cp.Size, files.ReadTile)
	if err != nil {
		return fmt.Errorf("the tiles: %w", err)
	}
	for range samples {
		index := rand.Uint64N(cp.Size)
		bundle, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, index/256, cp.Size)
		if err != nil {
			return fmt.Errorf("the bundle of entry %d: %w", index+1, err)
		}
		if int(index%256) >= len(bundle.Entries) {
			return fmt.Errorf("the bundle of entry %d holds %d entries", index+1, len(bundle.Entries))
		}
		leaf := rfc6962.DefaultHasher.HashLeaf(bundle.Entries[index%256])
		path, err := builder.InclusionProof(ctx, index)
		if err != nil {
			return fmt.Errorf("the inclusion proof of entry %d: %w", index+1, err)
		}
		if err := proof.VerifyInclusion(rfc6962.DefaultHasher, index, cp.Size, leaf, path, cp.Hash); err != nil {
			return fmt.Errorf("entry %d: %w", index+1, err)
		}
	}
	return nil
}

// complete works the root out again from every entry, and compares every hash of the lowest tiles.
func complete(ctx context.Context, files client.FileFetcher, cp *log.Checkpoint) error {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	tree := factory.NewEmptyRange(0)
	for first := uint64(0); first < cp.Size; first += layout.EntryBundleWidth {
		count := min(layout.EntryBundleWidth, cp.Size-first)
		bundle, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, first/layout.EntryBundleWidth, cp.Size)
		if err != nil {
			return fmt.Errorf("the bundle of entry %d: %w", first+1, err)
		}
		if uint64(len(bundle.Entries)) != count {
			return fmt.Errorf("the bundle of entry %d holds %d entries instead of %d", first+1, len(bundle.Entries), count)
		}
		hashes, err := client.FetchLeafHashes(ctx, files.ReadTile, first, count, cp.Size)
		if err != nil {
			return fmt.Errorf("the tile of entry %d: %w", first+1, err)
		}
		for i, entry := range bundle.Entries {
			leaf := rfc6962.DefaultHasher.HashLeaf(entry)
			if !bytes.Equal(leaf, hashes[i]) {
				return fmt.Errorf("entry %d does not have the hash that its tile says", first+uint64(i)+1)
			}
			if err := tree.Append(leaf, nil); err != nil {
				return err
			}
		}
	}
	root, err := tree.GetRootHash(nil)
	if err != nil {
		return err
	}
	if cp.Size > 0 && !bytes.Equal(root, cp.Hash) {
		return fmt.Errorf("the entries have another root than the checkpoint says")
	}
	return checkFiles(ctx, files, cp)
}

// checkFiles has Tessera's own check look at every file. On a damaged log it may never end: that counts as rejected.
func checkFiles(ctx context.Context, files client.FileFetcher, cp *log.Checkpoint) error {
	done := make(chan error, 1)
	go func() {
		done <- fsck.New(cp.Origin, verifier, files, hashBundle, fsck.Opts{N: 2}).Check(ctx)
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("the file system check: %w", err)
		}
		return nil
	case <-time.After(time.Minute):
		return fmt.Errorf("the file system check does not end")
	}
}

func hashBundle(raw []byte) ([][]byte, error) {
	bundle := &api.EntryBundle{}
	if err := bundle.UnmarshalText(raw); err != nil {
		return nil, err
	}
	hashes := make([][]byte, 0, len(bundle.Entries))
	for _, entry := range bundle.Entries {
		hashes = append(hashes, rfc6962.DefaultHasher.HashLeaf(entry))
	}
	return hashes, nil
}
