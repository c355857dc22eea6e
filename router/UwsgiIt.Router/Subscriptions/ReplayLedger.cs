using System.Security.Cryptography;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>What the ledger remembers of one (key, address): enough to refuse everything that was ever accepted.</summary>
/// <param name="Key">Subscription key.</param>
/// <param name="Address">Node address, or the vassal's name for a node without one.</param>
/// <param name="UnixSeconds">Highest accepted time; an unsubscribe counts one second less, because real senders add one.</param>
/// <param name="LastDigest">Digest of the signed bytes accepted last.</param>
/// <param name="PreviousDigest">The one before.</param>
internal sealed record LedgerEntry(string Key, string Address, long UnixSeconds, UInt128 LastDigest, UInt128 PreviousDigest);

/// <summary>
/// Refuses packets that were accepted before. modifier2 is outside the signature, so the same signed bytes are refused whatever it says.
/// Used by the announcing thread only, but for the snapshot, which locks.
/// </summary>
internal sealed class ReplayLedger
{
    /// <summary>Most addresses remembered per key; past it the oldest goes and its time becomes the floor for unknown ones. Arbitrary, may grow.</summary>
    public const int MaxAddressesPerKey = 256;

    private readonly Dictionary<string, KeyRecords> _keys = new(StringComparer.Ordinal);
    private readonly Lock _access = new();
    private long _version;

    /// <summary>Grows with every packet accepted.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>True when the packet is newer than all accepted for its key and address.</summary>
    public bool IsFresh(string key, string address, long unixSeconds, bool isUnsubscribe, ReadOnlySpan<byte> signedBytes)
    {
        lock (_access)
        {
            if (!_keys.TryGetValue(key, out var records))
            {
                return true;
            }

            var entry = records.Find(address);
            if (entry is null)
            {
                return unixSeconds > records.Floor;
            }

            // An unsubscribe at face value would bar the first announce of a quick restart; taken one second earlier it may equal the last one.
            return (isUnsubscribe ? unixSeconds - 1 >= entry.UnixSeconds : unixSeconds > entry.UnixSeconds) && !entry.Holds(DigestOf(signedBytes));
        }
    }

    /// <summary>Remembers an accepted packet.</summary>
    public void Accept(string key, string address, long unixSeconds, bool isUnsubscribe, ReadOnlySpan<byte> signedBytes, ulong source)
    {
        lock (_access)
        {
            if (!_keys.TryGetValue(key, out var records))
            {
                _keys[key] = records = new KeyRecords();
            }

            var entry = records.FindOrAdd(address);
            entry.UnixSeconds = Math.Max(entry.UnixSeconds, isUnsubscribe ? unixSeconds - 1 : unixSeconds);
            entry.PreviousDigest = entry.LastDigest;
            entry.LastDigest = DigestOf(signedBytes);
            entry.Source = source;
            Interlocked.Increment(ref _version);
        }
    }

    /// <summary>
    /// True when this source was verified for this key and address before and has not used up its reserve for this second: an established
    /// node keeps renewing while its neighbours flood.
    /// </summary>
    public bool TryUseReserve(string key, string address, ulong source, long nowSeconds)
    {
        const int PerSecond = 4;
        lock (_access)
        {
            if (!_keys.TryGetValue(key, out var records) || records.Find(address) is not { } entry || entry.Source != source)
            {
                return false;
            }

            if (entry.ReserveSecond != nowSeconds)
            {
                entry.ReserveSecond = nowSeconds;
                entry.ReserveUsed = 0;
            }

            return ++entry.ReserveUsed <= PerSecond;
        }
    }

    /// <summary>Forgets what no packet inside the time window could repeat.</summary>
    public void Trim(long oldestSeconds)
    {
        lock (_access)
        {
            foreach (var (key, records) in _keys)
            {
                records.Trim(oldestSeconds);
                if (records.IsEmpty && records.Floor < oldestSeconds)
                {
                    _keys.Remove(key);
                }
            }
        }
    }

    public List<LedgerEntry> Export()
    {
        lock (_access)
        {
            var entries = new List<LedgerEntry>(_keys.Count);
            foreach (var (key, records) in _keys)
            {
                records.Export(key, entries);
            }

            return entries;
        }
    }

    public void Import(IEnumerable<LedgerEntry> entries)
    {
        lock (_access)
        {
            foreach (var entry in entries)
            {
                if (!_keys.TryGetValue(entry.Key, out var records))
                {
                    _keys[entry.Key] = records = new KeyRecords();
                }

                if (entry.Address.Length == 0)
                {
                    records.Floor = entry.UnixSeconds;
                    continue;
                }

                var record = records.FindOrAdd(entry.Address);
                record.UnixSeconds = entry.UnixSeconds;
                record.LastDigest = entry.LastDigest;
                record.PreviousDigest = entry.PreviousDigest;
            }
        }
    }

    private static UInt128 DigestOf(ReadOnlySpan<byte> signedBytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(signedBytes, hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }

    private sealed class Record(string address)
    {
        public string Address { get; } = address;
        public long UnixSeconds { get; set; }
        public UInt128 LastDigest { get; set; }
        public UInt128 PreviousDigest { get; set; }
        public ulong Source { get; set; }
        public long ReserveSecond { get; set; }
        public int ReserveUsed { get; set; }

        public bool Holds(UInt128 digest) => digest == LastDigest || digest == PreviousDigest;
    }

    /// <summary>The addresses of one key. Few, so a list beats a dictionary in memory at a million keys.</summary>
    private sealed class KeyRecords
    {
        private Record[] _records = [];

        /// <summary>Times up to this are refused for addresses not remembered.</summary>
        public long Floor { get; set; } = long.MinValue;

        public bool IsEmpty => _records.Length == 0;

        public Record? Find(string address)
        {
            foreach (var record in _records)
            {
                if (record.Address == address)
                {
                    return record;
                }
            }

            return null;
        }

        public Record FindOrAdd(string address)
        {
            if (Find(address) is { } found)
            {
                return found;
            }

            if (_records.Length >= MaxAddressesPerKey)
            {
                var oldest = _records.MinBy(static record => record.UnixSeconds)!;
                Floor = Math.Max(Floor, oldest.UnixSeconds);
                _records = Array.FindAll(_records, record => record != oldest);
            }

            var added = new Record(address);
            _records = [.. _records, added];
            return added;
        }

        public void Trim(long oldestSeconds) => _records = Array.FindAll(_records, record => record.UnixSeconds >= oldestSeconds);

        public void Export(string key, List<LedgerEntry> entries)
        {
            // The floor travels as an entry without an address.
            if (Floor != long.MinValue)
            {
                entries.Add(new LedgerEntry(key, "", Floor, 0, 0));
            }

            foreach (var record in _records)
            {
                entries.Add(new LedgerEntry(key, record.Address, record.UnixSeconds, record.LastDigest, record.PreviousDigest));
            }
        }
    }
}
