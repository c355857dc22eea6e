using System.Buffers.Binary;
using System.Text;

namespace UwsgiIt.Emperor.Setup;

/// <summary>One record of utmp(5), as 64-bit and 32-bit programs of a distro read it.</summary>
internal sealed class UserRecord
{
    /// <summary>Bytes of a record (sizeof(struct utmp)).</summary>
    public const int Size = 384;

    private const short UserProcess = 7;
    private const short DeadProcess = 8;
    private const int Process = 4;
    private const int LineStart = 8;
    private const int LineBytes = 32;
    private const int Id = 40;
    private const int IdBytes = 4;
    private const int User = 44;
    private const int UserBytes = 32;
    private const int Host = 76;
    private const int HostBytes = 256;
    private const int Session = 336;
    private const int Seconds = 340;
    private const int Microseconds = 344;

    private readonly byte[] _bytes = new byte[Size];

    /// <summary>A user on a terminal ("pts/0"), from a host, by a process that leads the session.</summary>
    public UserRecord(string line, string user, string host, int processId, DateTimeOffset time)
    {
        BinaryPrimitives.WriteInt16LittleEndian(_bytes, UserProcess);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Process), processId);
        Put(LineStart, LineBytes, line);
        Put(Id, IdBytes, line.Length > IdBytes ? line[^IdBytes..] : line);
        Put(User, UserBytes, user);
        Put(Host, HostBytes, host);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Session), processId);
        Stamp(time);
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True for a record, whole, of the same terminal.</summary>
    public bool IsOfSameLine(ReadOnlySpan<byte> record) => record.Slice(LineStart, LineBytes).SequenceEqual(_bytes.AsSpan(LineStart, LineBytes));

    /// <summary>The user has left the terminal.</summary>
    public void End(DateTimeOffset time)
    {
        BinaryPrimitives.WriteInt16LittleEndian(_bytes, DeadProcess);
        _bytes.AsSpan(User, UserBytes).Clear();
        _bytes.AsSpan(Host, HostBytes).Clear();
        Stamp(time);
    }

    /// <summary>Cut where it is too long; only what a terminal can show.</summary>
    private void Put(int start, int length, string text)
    {
        var shown = new string([.. text.Where(static letter => letter is > ' ' and < '\x7F')]);
        Encoding.ASCII.GetBytes(shown.AsSpan(0, Math.Min(shown.Length, length)), _bytes.AsSpan(start, length));
    }

    // 32 bits here whatever the program's (utmp(5)); the last second is in 2106 for those who read it unsigned.
    private void Stamp(DateTimeOffset time)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(Seconds), unchecked((uint)time.ToUnixTimeSeconds()));
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(Microseconds), (int)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
    }
}
