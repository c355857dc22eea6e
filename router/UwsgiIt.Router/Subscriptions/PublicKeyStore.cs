using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Diagnostics;

namespace UwsgiIt.Router.Subscriptions;

/// <summary>
/// Public keys by file name, read when first needed and again when the file changes. A file is looked at no more than once a second, missing
/// ones included, so junk for unknown names costs a dictionary lookup.
/// </summary>
internal sealed partial class PublicKeyStore : IKnownKeys
{
    // Files are checked again after this long; it is also how soon a deleted key is noticed by its next packet.
    private const long CheckAfterMilliseconds = 1_000;

    // A public key of 8192 bits is 1.5 KB of PEM; people put comments before it.
    private const int MaxKeyFileBytes = 64 * 1024;
    private const int MaxMissing = 100_000;

    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal); // guarded by itself
    private readonly ConcurrentDictionary<string, (long CheckedAt, bool Exists)> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (long CheckedAt, bool Exists)>.AlternateLookup<ReadOnlySpan<char>> _knownLookup;
    private readonly IOptionsMonitor<SubscriptionOptions> _options;
    private readonly IOptionsMonitor<RegistryOptions> _registryOptions;
    private readonly TimeProvider _time;
    private readonly ILogger<PublicKeyStore> _logger;
    private int _missing;
    private string[] _sweepOrder = [];
    private int _sweepPosition;

    public PublicKeyStore(IOptionsMonitor<SubscriptionOptions> options, IOptionsMonitor<RegistryOptions> registryOptions, TimeProvider time, ILogger<PublicKeyStore> logger)
    {
        _options = options;
        _registryOptions = registryOptions;
        _time = time;
        _logger = logger;
        _knownLookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The key that verifies packets for <paramref name="subscriptionKey"/>, or null.</summary>
    public PublicKey? Find(string subscriptionKey)
    {
        lock (_entries)
        {
            return Check(FileNameOf(subscriptionKey)).Key;
        }
    }

    /// <summary>Whose name a slot is, or null when no key verifies it. Looked up once after each announce.</summary>
    public string? CustomerOf(Slot slot) => slot.Customer ??= Find(slot.Key)?.Fingerprint;

    /// <inheritdoc />
    public bool IsKnown(ReadOnlySpan<char> key)
    {
        var now = Now();
        if (_knownLookup.TryGetValue(key, out var known) && now - known.CheckedAt < CheckAfterMilliseconds)
        {
            return known.Exists;
        }

        var name = PublicKey.FileName(key.ToString());
        var exists = _options.CurrentValue.KeyDirectories.Any(directory => File.Exists(Path.Combine(directory, name)));
        if (_known.Count > MaxMissing)
        {
            _known.Clear();
        }

        _known[key.ToString()] = (now, exists);
        return exists;
    }

    /// <summary>Watches the file of a key that was verified before a restart, so that its deletion revokes what the snapshot brought back.</summary>
    public void Track(string subscriptionKey)
    {
        lock (_entries)
        {
            var name = FileNameOf(subscriptionKey);
            if (!_entries.ContainsKey(name))
            {
                _entries[name] = new Entry { WasVerified = true, CheckedAt = long.MinValue };
            }
        }
    }

    /// <summary>
    /// Looks at up to <paramref name="budget"/> key files again; returns the file names that vanished or became useless since they verified
    /// something. Called once a second: with more names than the budget, a deletion is noticed later, but at the latest with the next packet.
    /// </summary>
    public IReadOnlySet<string> Sweep(int budget)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        lock (_entries)
        {
            if (_sweepPosition >= _sweepOrder.Length)
            {
                _sweepOrder = [.. _entries.Keys];
                _sweepPosition = 0;
            }

            for (; budget > 0 && _sweepPosition < _sweepOrder.Length; budget--, _sweepPosition++)
            {
                if (_entries.TryGetValue(_sweepOrder[_sweepPosition], out var entry) && entry.WasVerified && Check(_sweepOrder[_sweepPosition]).Key is null)
                {
                    gone.Add(_sweepOrder[_sweepPosition]);
                    _entries.Remove(_sweepOrder[_sweepPosition]);
                }
            }
        }

        return gone;
    }

    /// <summary>The file that holds the key for a subscription key: with mountpoints one file serves the domain and all its paths.</summary>
    public string FileNameOf(string subscriptionKey) =>
        PublicKey.FileName(_registryOptions.CurrentValue.Mountpoints ? PublicKey.DomainPart(subscriptionKey) : subscriptionKey);

    /// <summary>Marks the key as one that holds up a live slot.</summary>
    public void MarkVerified(string subscriptionKey)
    {
        lock (_entries)
        {
            if (_entries.TryGetValue(FileNameOf(subscriptionKey), out var entry))
            {
                entry.WasVerified = true;
            }
        }
    }

    private Entry Check(string name)
    {
        var now = Now();
        if (_entries.TryGetValue(name, out var entry) && entry.CheckedAt != long.MinValue && now - entry.CheckedAt < CheckAfterMilliseconds)
        {
            return entry;
        }

        if (entry is null)
        {
            ForgetMissing();
            _entries[name] = entry = new Entry();
            _missing++;
        }

        entry.CheckedAt = now;
        foreach (var directory in _options.CurrentValue.KeyDirectories)
        {
            var file = new FileInfo(Path.Combine(directory, name));
            if (file.Exists)
            {
                var stamp = (file.FullName, file.LastWriteTimeUtc, file.Length);
                if (stamp != entry.Stamp)
                {
                    // The old key is left to the collector: the announcing thread may be using it.
                    entry.Key = Read(file);
                    entry.Stamp = stamp;
                }

                return entry;
            }
        }

        entry.Key = null;
        entry.Stamp = default;
        return entry;
    }

    private PublicKey? Read(FileInfo file)
    {
        try
        {
            if (file.Length <= MaxKeyFileBytes && PublicKey.TryReadPem(File.ReadAllText(file.FullName), out var key))
            {
                return key;
            }

            Log.PublicKeyUnreadable(_logger, file.FullName, "it holds no RSA or EC public key in PEM");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.PublicKeyUnreadable(_logger, file.FullName, e.Message);
        }

        return null;
    }

    private void ForgetMissing()
    {
        if (_missing <= MaxMissing)
        {
            return;
        }

        foreach (var (name, entry) in _entries)
        {
            if (entry.Key is null && !entry.WasVerified)
            {
                _entries.Remove(name);
            }
        }

        _missing = 0;
    }

    private long Now() => _time.GetTimestamp() / (_time.TimestampFrequency / 1_000);

    private sealed class Entry
    {
        public PublicKey? Key { get; set; }
        public (string?, DateTime, long) Stamp { get; set; }
        public long CheckedAt { get; set; }
        public bool WasVerified { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(RouterEventIds.PublicKeyUnreadable, LogLevel.Warning, "Public key {File} cannot be used: {Problem}.")]
        public static partial void PublicKeyUnreadable(ILogger logger, string file, string problem);
    }
}
