using CsCheck;
using UwsgiIt.Emperor.Programs;

namespace UwsgiIt.Emperor.Tests.Programs;

public sealed class IniTextTests
{
    [Fact]
    public void Read_SectionsCommentsAndValues()
    {
        var entries = IniText.Read("; comment\n# comment\n\n[program]\nexec = a = b\r\n  key=value  \nalone\n[other]\nx =\n");
        Assert.Equal(
            [new IniEntry("program", "exec", "a = b", 5), new IniEntry("program", "key", "value", 6), new IniEntry("program", "alone", "", 7), new IniEntry("other", "x", "", 9)],
            entries);
    }

    [Fact]
    public void Read_AnyText_GivesBoundedTrimmedEntries() => Gen.String.Sample(static text =>
    {
        foreach (var entry in IniText.Read(text))
        {
            Assert.NotEqual("", entry.Key);
            Assert.Equal(entry.Key.Trim(), entry.Key);
            Assert.DoesNotContain('\n', entry.Value);
            Assert.InRange(entry.Line, 1, text.Length + 1);
        }
    });

    [Fact]
    public void Read_MoreThanTheLimit_StopsThere() =>
        Assert.Equal(IniText.MaxEntries, IniText.Read(string.Concat(Enumerable.Repeat("a=b\n", IniText.MaxEntries + 5))).Count);
}
