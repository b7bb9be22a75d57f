// An outsider's reading of a published log: the code that checks Go's own modules, over our files.
//
//	tlog files VKEY DIR            every signed note, every entry's inclusion, consistency from each note to each later one
//	tlog claims DIR SIZE < CLAIMS  roots and proofs that somebody claims, against those that Go makes of the entries
//
// A claim is a line: "root SIZE HASH", "record SIZE INDEX HASH...", "tree NEW OLD HASH...", hashes in standard base64.
// Built without modules from Debian's golang-golang-x-mod-dev; tests/oracles/go.py says how.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height, width = 8, 256

func must(err error) {
	if err != nil {
		fmt.Println("REFUSED", err)
		os.Exit(1)
	}
}

// files reads tiles as tlog-tiles lays them out: the height is not part of the path.
type files string

func (dir files) Height() int                         { return height }
func (dir files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (dir files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range tiles {
		octets, err := dir.tile(tile)
		if err != nil {
			return nil, err
		}
		read = append(read, octets)
	}
	return read, nil
}

// tile falls back to the full tile: a partial one may be dropped when that is there.
func (dir files) tile(tile tlog.Tile) ([]byte, error) {
	path := func(tile tlog.Tile) string {
		return filepath.Join(string(dir), strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
	}
	octets, err := os.ReadFile(path(tile))
	if errors.Is(err, os.ErrNotExist) && tile.W < width {
		full := tile
		full.W = width
		if octets, err = os.ReadFile(path(full)); err == nil && len(octets) >= tile.W*tlog.HashSize {
			octets = octets[:tile.W*tlog.HashSize]
		}
	}
	return octets, err
}

func (dir files) entries(size int64) (entries [][]byte) {
	for n := int64(0); n*width < size; n++ {
		w := size - n*width
		if w > width {
			w = width
		}
		name := strings.Replace(tlog.Tile{H: height, L: 0, N: n, W: int(w)}.Path(), "tile/8/0/", "tile/entries/", 1)
		octets, err := os.ReadFile(filepath.Join(string(dir), name))
		must(err)
		for len(octets) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(octets))
			entries, octets = append(entries, octets[2:end]), octets[end:]
		}
	}
	return entries
}

func hash(text string) (hash tlog.Hash) {
	octets, err := base64.StdEncoding.DecodeString(text)
	must(err)
	if copy(hash[:], octets) != tlog.HashSize || len(octets) != tlog.HashSize {
		must(errors.New("not a hash"))
	}
	return hash
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

func tree(signed []byte, verifier note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		must(errors.New("another log's note"))
	}
	return tlog.Tree{N: number(lines[1]), Hash: hash(lines[2])}
}

func checkFiles(vkey string, dir files) {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	paths, err := filepath.Glob(filepath.Join(string(dir), "checkpoints", "*"))
	must(err)
	var trees []tlog.Tree
	for _, path := range append(paths, filepath.Join(string(dir), "checkpoint")) {
		signed, err := os.ReadFile(path)
		must(err)
		trees = append(trees, tree(signed, verifier))
	}
	sort.Slice(trees, func(i, j int) bool { return trees[i].N < trees[j].N })
	last := trees[len(trees)-1]
	reader := tlog.TileHashReader(last, dir)
	records, pairs := 0, 0
	for i, entry := range dir.entries(last.N) {
		proof, err := tlog.ProveRecord(last.N, int64(i), reader)
		must(err)
		must(tlog.CheckRecord(proof, last.N, last.Hash, int64(i), tlog.RecordHash(entry)))
		records++
	}
	for i, old := range trees {
		for _, new := range trees[i:] {
			proof, err := tlog.ProveTree(new.N, old.N, tlog.TileHashReader(new, dir))
			must(err)
			must(tlog.CheckTree(proof, new.N, new.Hash, old.N, old.Hash))
			pairs++
		}
	}
	fmt.Println("OK", last.N, records, pairs)
}

func checkClaims(dir files, size int64) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (hashes []tlog.Hash, err error) {
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	for i, entry := range dir.entries(size) {
		hashes, err := tlog.StoredHashes(int64(i), entry, reader)
		must(err)
		stored = append(stored, hashes...)
	}
	claims, lines := 0, bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<16)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		var made []tlog.Hash
		var err error
		from := 3
		switch words[0] {
		case "root":
			var root tlog.Hash
			root, err = tlog.TreeHash(number(words[1]), reader)
			made, from = []tlog.Hash{root}, 2
		case "record":
			made, err = tlog.ProveRecord(number(words[1]), number(words[2]), reader)
		case "tree":
			made, err = tlog.ProveTree(number(words[1]), number(words[2]), reader)
		}
		must(err)
		same := len(made) == len(words)-from
		for i := 0; same && i < len(made); i++ {
			same = made[i] == hash(words[from+i])
		}
		if !same {
			must(fmt.Errorf("not what Go makes: %.60s", lines.Text()))
		}
		claims++
	}
	must(lines.Err())
	fmt.Println("OK", claims)
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "files" {
		checkFiles(os.Args[2], files(os.Args[3]))
	} else if len(os.Args) == 4 && os.Args[1] == "claims" {
		checkClaims(files(os.Args[2]), number(os.Args[3]))
	} else {
		must(errors.New("tlog files VKEY DIR | tlog claims DIR SIZE"))
	}
}
