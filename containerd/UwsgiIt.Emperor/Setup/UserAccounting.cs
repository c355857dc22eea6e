using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// Who is logged in, in the container's own /run/utmp: a customer's file like any other, written with the customer's rights, so a session never depends
/// on it. What is wrong with it is the customer's affair, and passed over.
/// </summary>
internal sealed class UserAccounting
{
    // Arbitrary, may grow: terminals are taken from the lowest number on.
    private const int MaxRecords = 1024;
    private const int OwnerWrites = 0x1A4; // 0644

    private readonly UserRecord _record;

    private UserAccounting(UserRecord record) => _record = record;

    /// <summary>Writes that somebody is there. In the container's root, with the customer's eyes for files.</summary>
    public static UserAccounting Begin(UserRecord record)
    {
        var accounting = new UserAccounting(record);
        accounting.Write();
        return accounting;
    }

    /// <summary>Writes that he has gone.</summary>
    public void End()
    {
        _record.End(DateTimeOffset.UtcNow);
        Write();
    }

    private void Write()
    {
        try
        {
            using var directory = SafeDirectory.OpenTrusted("/run");
            directory.OpenAppend("utmp", OwnerWrites).Dispose();
            using var file = directory.OpenFileForUpdate("utmp");
            RandomAccess.Write(file, _record.Bytes, Place(file));
        }
        catch (IOException)
        {
            // A link, a full disk, something else than a file.
        }
    }

    /// <summary>Where the terminal's last record is, or the end.</summary>
    private long Place(SafeFileHandle file)
    {
        var record = new byte[UserRecord.Size];
        long place = 0;
        for (; place < (long)MaxRecords * UserRecord.Size && RandomAccess.Read(file, record, place) == record.Length; place += record.Length)
        {
            if (_record.IsOfSameLine(record))
            {
                break;
            }
        }

        return place;
    }
}
