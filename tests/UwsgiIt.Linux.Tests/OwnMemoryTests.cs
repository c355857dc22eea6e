using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Linux.Tests;

public sealed class OwnMemoryTests
{
    [Theory]
    [InlineData("1000-3000 r-xp 00000000 08:01 42                         /usr/bin/a b", 0x1000, 0x2000)]
    [InlineData("1000-3000 r--p 00000000 08:01 42                         /usr/bin/a", 0, 0)]
    [InlineData("1000-3000 rwxp 00000000 08:01 42                         /usr/bin/a", 0, 0)]
    [InlineData("7ffff7fc1000-7ffff7fc3000 r-xp 00000000 00:00 0          [vdso]", 0, 0)]
    [InlineData("3000-1000 r-xp 00000000 08:01 42                         /usr/bin/a", 0, 0)]
    [InlineData("nonsense", 0, 0)]
    [InlineData("", 0, 0)]
    public void CodeOf_TakesUnwritableCodeOfFilesOnly(string maps, ulong start, ulong length) =>
        Assert.Equal(length == 0 ? [] : [(start, length)], OwnMemory.CodeOf(maps));
}
