using System.Text;
using CsCheck;
using UwsgiIt.Tuntap.Dns;

namespace UwsgiIt.Tuntap.Tests.Dns;

public sealed class DnsQuestionTests
{
    private static byte[] Query(params string[] labels) =>
        [1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. labels.SelectMany(static label => Encoding.Latin1.GetBytes(label).Prepend((byte)label.Length)), 0, 0, 28, 0, 1];

    [Fact]
    public void TryRead_OfAQuery_TellsNameTypeAndEnd()
    {
        var query = Query("DB", "Local");
        Assert.True(DnsQuestion.TryRead([.. query, 9, 9], out var question));
        Assert.Equal(new DnsQuestion(0x0102, "db.local", DnsQuestion.Aaaa, 1, query.Length), question);
    }

    /// <summary>A dot or a control character within a label must not read like a name of ours.</summary>
    [Fact]
    public void TryRead_OfOddLetters_DoesNotTakeThemForDots()
    {
        Assert.True(DnsQuestion.TryRead(Query("30001.local"), out var question));
        Assert.Equal("30001?local", question.Name);
    }

    [Fact]
    public void TryRead_OfWhatIsNoQuery_IsFalse()
    {
        var query = Query("a", "local");
        Assert.False(DnsQuestion.TryRead(query.AsSpan(0, query.Length - 1), out _));
        Assert.False(DnsQuestion.TryRead([], out _));
        foreach (var (at, value) in new[] { (2, (byte)0x81), (2, (byte)0x29), (5, (byte)2), (5, (byte)0), (12, (byte)0xc0), (12, (byte)64) })
        {
            var copy = query.ToArray();
            copy[at] = value;
            Assert.False(DnsQuestion.TryRead(copy, out _), $"byte {at} = {value}");
        }

        Assert.False(DnsQuestion.TryRead(Query([.. Enumerable.Repeat(new string('a', 60), 5)]), out _));
    }

    [Fact]
    public void TryRead_OfAnyBytes_StaysWithin() =>
        Gen.Byte.Array[0, 300].Sample(static bytes => Assert.True(!DnsQuestion.TryRead(bytes, out var question) || (question.EndOffset <= bytes.Length && question.Name.Length <= DnsQuestion.MaxNameBytes)));
}
