using CsCheck;
using Microsoft.Extensions.Time.Testing;
using UwsgiIt.Router.Diagnostics;
using UwsgiIt.Router.Tls;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Router.Tests.Tls;

/// <summary>How ticket keys come and go, alone and shared.</summary>
public sealed class TicketKeyTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
    private readonly ListLogger<TicketKeys> _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void OwnKeys_AreReplacedEveryInterval_AndOpenUntilTheirTicketsHaveEnded()
    {
        using var keys = Make(null);
        var first = keys.Newest;
        _time.Advance(TimeSpan.FromMinutes(59));
        keys.Refresh();
        Assert.Same(first, keys.Newest);
        _time.Advance(TimeSpan.FromMinutes(2));
        keys.Refresh();
        Assert.NotSame(first, keys.Newest);
        Assert.Same(first, keys.Find(first.Name));
        _time.Advance(TimeSpan.FromHours(5));
        keys.Refresh();
        Assert.Null(keys.Find(first.Name));

        // Wiped when no handshake can hold it any more.
        Assert.True(first.Bytes.ContainsAnyExcept((byte)0));
        _time.Advance(TimeSpan.FromMinutes(1));
        keys.Refresh();
        Assert.False(first.Bytes.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void SharedFile_OneRotates_AllFollow()
    {
        using var one = Make("tickets");
        using var other = Make("tickets");
        Assert.Equal(one.Newest.Bytes, other.Newest.Bytes);
        _time.Advance(TimeSpan.FromHours(1.5));
        one.Refresh();
        other.Refresh();
        Assert.Equal(one.Newest.Bytes, other.Newest.Bytes);
        Assert.Equal(_time.GetUtcNow(), one.Newest.MadeAt);
    }

    [Fact]
    public void SharedFile_Damaged_KeepsWhatRuns_AndStopsAStart()
    {
        using var keys = Make("tickets");
        var newest = keys.Newest;
        File.WriteAllText(_folder.File("tickets"), "uwsgiit-ticket-keys 1\n0 AAAA\n");
        keys.Refresh();
        Assert.Same(newest, keys.Newest);
        Assert.Contains(_log.Entries, static entry => entry.Id == RouterEventIds.TicketKeyFileUnusable && entry.Text.Contains("line 2", StringComparison.Ordinal) && !entry.Text.Contains("AAAA", StringComparison.Ordinal));
        Assert.Throws<InvalidDataException>(() => Make("tickets"));
    }

    [Fact]
    public void AnyText_IsParsedOrRefusedWithAReason() =>
        Gen.OneOf(Gen.String, Gen.Select(Gen.Long[0, 1L << 40], Gen.Byte.Array[70, 90]).Select(static (seconds, bytes) => $"uwsgiit-ticket-keys 1\n{seconds} {Convert.ToBase64String(bytes)}\n")).Sample(
            static text => TicketKeyFile.TryParse(text, out var keys, out var problem) ? keys.Count > 0 : problem.Length > 0, iter: 2000, seed: "000000000001");

    private TicketKeys Make(string? file) => new(new FixedOptions<TlsOptions>(new TlsOptions { TicketKeyFile = file is null ? null : _folder.File(file) }), _time, _log);
}
