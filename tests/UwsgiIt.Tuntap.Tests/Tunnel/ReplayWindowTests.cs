using CsCheck;
using UwsgiIt.Tuntap.Tunnel;

namespace UwsgiIt.Tuntap.Tests.Tunnel;

public sealed class ReplayWindowTests
{
    /// <summary>Against a set of all that has come: true exactly once, false for what is too far behind.</summary>
    [Fact]
    public void TryTake_AgreesWithASet()
    {
        var step = Gen.OneOf(Gen.Int[-40, 40], Gen.Int[-2 * ReplayWindow.Size, 2 * ReplayWindow.Size], Gen.Int[-3, 3].Select(static near => near * ReplayWindow.Size));
        step.List[1, 400].Sample(static steps =>
        {
            var window = new ReplayWindow();
            var seen = new HashSet<ulong>();
            var next = 0UL;
            var at = 5_000L;
            foreach (var step in steps)
            {
                at = Math.Max(0, at + step);
                var counter = (ulong)at;
                var isBehind = counter < next && next - counter > ReplayWindow.Size;
                Assert.Equal(!isBehind && !seen.Contains(counter), window.TryTake(counter));
                if (!isBehind)
                {
                    seen.Add(counter);
                    next = Math.Max(next, counter + 1);
                }
            }
        }, iter: 2_000);
    }

    [Fact]
    public void TryTake_RefusesTheLastNumber() => Assert.False(new ReplayWindow().TryTake(ulong.MaxValue));
}
