using System.Diagnostics;
using UwsgiIt.Emperor.Setup;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Emperor.Tests.Setup;

public sealed class UserRecordTests
{
    [Fact]
    public void Record_IsReadByWho_UntilItsEnd()
    {
        using var folder = new TempDirectory();
        var file = folder.File("utmp");
        var time = new DateTimeOffset(2026, 11, 24, 12, 30, 0, TimeSpan.Zero);
        var record = new UserRecord("pts/7", "30001", "192.0.2.9", 42, time);
        Assert.Equal(UserRecord.Size, record.Bytes.Length);
        File.WriteAllBytes(file, record.Bytes.ToArray());
        var line = Who(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["30001", "pts/7", "2026-11-24", "12:30", "(192.0.2.9)"], line);
        record.End(time);
        File.WriteAllBytes(file, record.Bytes.ToArray());
        Assert.Equal("", Who(file));
    }

    [Fact]
    public void Text_TooLongOrUnprintable_IsCut()
    {
        var record = new UserRecord("pts/" + new string('1', 100), new string('u', 100), "a\nb\u001b" + new string('h', 1000), 1, DateTimeOffset.UnixEpoch);
        Assert.Equal(UserRecord.Size, record.Bytes.Length);
        Assert.DoesNotContain((byte)'\n', record.Bytes.ToArray());
        Assert.DoesNotContain((byte)0x1b, record.Bytes.ToArray());
    }

    [Theory]
    [InlineData(42, 3, "42 (bash) S 1 42 42 34819 42", true)]
    [InlineData(42, 3, "42 (a) S 9 9 9 0) S 1 42 42 34819 42", true)]
    [InlineData(42, 3, "42 (bash) S 1 42 41 34819 42", false)]
    [InlineData(42, 4, "42 (bash) S 1 42 42 34819 42", false)]
    [InlineData(42, 300, "42 (bash) S 1 42 42 1083436 42", true)]
    [InlineData(42, 3, "42 (bash", false)]
    [InlineData(42, 3, "", false)]
    public void Leader_IsKnownByItsTerminal(int processId, int terminal, string stat, bool expected) => Assert.Equal(expected, SessionLeader.Leads(processId, terminal, stat));

    private static string Who(string file)
    {
        using var who = Process.Start(new ProcessStartInfo("who", [file]) { RedirectStandardOutput = true, Environment = { ["TZ"] = "UTC", ["LC_ALL"] = "C.UTF-8" } })!;
        var output = who.StandardOutput.ReadToEnd();
        who.WaitForExit();
        return output;
    }
}
