using System.Diagnostics;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Linux.Tests;

/// <summary>The numbers we wrote down ourselves, against the C headers of this machine.</summary>
public sealed class HeaderTests
{
    [SkippableFact]
    public void Constants_AreThoseOfTheHeaders()
    {
        Skip.IfNot(File.Exists("/usr/include/linux/openat2.h"), "linux/openat2.h is not installed (package linux-libc-dev)");
        using var folder = new TempDirectory();
        File.WriteAllText(folder.File("t.c"), """
            #include <linux/openat2.h>
            #include <sys/stat.h>
            _Static_assert(RESOLVE_NO_MAGICLINKS == 0x02, "magic links");
            _Static_assert(RESOLVE_NO_SYMLINKS == 0x04, "symlinks");
            _Static_assert(sizeof(struct open_how) == 24, "open_how");
            _Static_assert(S_IFMT == 0xF000 && S_IFSOCK == 0xC000 && S_IFREG == 0x8000 && S_IFDIR == 0x4000, "types");
            _Static_assert(S_IRUSR == 0x100 && S_IRGRP == 0x20 && S_IROTH == 0x4, "bits");
            """);
        using var compiler = Process.Start(new ProcessStartInfo("cc", ["-fsyntax-only", folder.File("t.c")]) { RedirectStandardError = true })!;
        var problems = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, problems);
    }
}
