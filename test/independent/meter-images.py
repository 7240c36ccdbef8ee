#!/usr/bin/python3
"""Register images of every meter model, packed with Python's struct from the makers' papers: no code of evenkeel's.

    meter-images.py > meter-images.json     (the tests read that file; one of them checks that it is not stale)

All meters see the same grid: L1 imports 10.25 A at 230.1 V, L2 exports 7.5 A at 231.4 V, L3 imports 0.75 A at 228.7 V
(a meter with one phase: L1 alone). `values` are the registers that have a meaning, each whole, by function; `alone` those
that can only be read one by one, or mean something else then; `reading` is what they mean; `gone` replaces the current of the last phase by what this device says when it has none.
"""
import json
import struct

VOLTS = [230.1, 231.4, 228.7]
AMPS = [10.25, 7.5, 0.75]
WATTS = [2358.5, -1735.5, 171.0]
TOTAL = 794.0


def words(data):
    return list(struct.unpack(f">{len(data) // 2}H", data))


def single(value):
    """IEEE 754, high word first."""
    return words(struct.pack(">f", value))


def swapped_single(value):
    """IEEE 754, low word first, high byte first inside the word."""
    return words(struct.pack(">f", value))[::-1]


def long(value):
    """32 bits with sign, high word first."""
    return words(struct.pack(">i", value))


def swapped_long(value):
    """32 bits with sign, low word first."""
    return words(struct.pack(">i", value))[::-1]


def ulong(value):
    return words(struct.pack(">I", value))


def longlong(value):
    return words(struct.pack(">q", value))


def decimal(mantissa, exponent):
    """Exponent of ten in the first byte, mantissa in the other three, both with sign where negative."""
    return words(struct.pack(">b", exponent) + struct.pack(">i", mantissa)[1:])


def text(characters, count, swapped=False, low_byte=False):
    if low_byte:
        return [ord(character) for character in characters.ljust(count, "\0")]
    data = characters.ljust(2 * count, "\0").encode("ascii")
    return [word >> 8 | (word & 0xFF) << 8 if swapped else word for word in words(data)]


def as_single(value):
    """What is left of a value in IEEE 754 single precision."""
    return struct.unpack(">f", struct.pack(">f", value))[0]


class Image:
    def __init__(self, max_registers, both_functions=False):
        self.max_registers = max_registers
        self.both_functions = both_functions
        self.values = []
        self.alone = []
        self.info = {}
        self.reading = None
        self.gone = None

    def put(self, function, address, registers):
        self.values.append({"function": function, "address": address, "words": registers})

    def run(self, function, first, many):
        """Values that follow one another without a gap."""
        for registers in many:
            self.put(function, first, registers)
            first += len(registers)

    def tell(self, name, function, address, registers, meaning, word_by_word=False):
        self.info[name] = meaning
        if not word_by_word:
            self.put(function, address, registers)
        for offset, word in enumerate(registers if word_by_word else []):
            self.alone.append({"function": function, "address": address + offset, "words": [word]})

    def tell_alone(self, name, function, address, word):
        """A register that says this to a read of itself only; within a longer read it is part of another value."""
        self.info[name] = word
        self.alone.append({"function": function, "address": address, "words": [word]})

    def expect(self, volts, amps, watts, total, gone):
        """`gone`: address and words."""
        alone = [None] * (3 - len(volts))
        signed = [-a if w < 0 else a for a, w in zip(amps, watts)]
        self.reading = {
            "currentA": signed + alone,
            "voltageV": volts + alone,
            "powerW": watts + alone,
            "totalPowerW": total,
        }
        self.gone = {"address": gone[0], "words": gone[1]}

    def dump(self):
        return {
            "maxRegisters": self.max_registers,
            "bothFunctions": self.both_functions,
            "values": self.values,
            "alone": self.alone,
            "info": self.info,
            "reading": self.reading,
            "gone": self.gone,
        }


NAN = words(struct.pack(">I", 0x7FC00000))


def singles(values):
    return [as_single(value) for value in values]


def pac2200():
    image = Image(125, both_functions=True)
    line_to_line, apparent = [400.0, 399.0, 398.5], [2358.5, 1735.5, 171.5]
    image.run(3, 1, map(single, VOLTS + line_to_line + AMPS + apparent + WATTS))
    image.put(3, 65, single(TOTAL))
    image.tell("probe", 3, 211, ulong(1), 1)
    image.expect(singles(VOLTS), singles(AMPS), singles(WATTS), TOTAL, (17, NAN))
    return image


def empro():
    image = Image(125, both_functions=True)
    image.run(3, 0x8006, map(swapped_single, VOLTS + [50.02] + AMPS + [4.5, TOTAL, 12.0, 4260.0, 0.19] + WATTS))
    image.tell("identity", 3, 342, ulong(3_141_592_653)[::-1], 3_141_592_653)
    image.tell("probe", 3, 308, text("2907976", 8, swapped=True), "2907976")
    image.expect(singles(VOLTS), singles(AMPS), singles(WATTS), TOTAL, (0x8012, NAN[::-1]))
    return image


def em377():
    image = Image(125)
    between = [400.0, 399.0, 398.5, 230.0]
    image.run(4, 4096, map(single, VOLTS + between + AMPS + [4.5, 6.2, 1.0, -1.0, 1.0, 0.19] + WATTS + [TOTAL]))
    image.tell("identity", 4, 1280, text("EM377A01234", 6), "EM377A01234")
    image.expect(singles(VOLTS), singles(AMPS), singles(WATTS), TOTAL, (4114, NAN))
    return image


def em377_integers():
    image = Image(125)
    image.run(4, 0, [ulong(230_100), ulong(231_400), ulong(228_700)])
    image.run(4, 14, [ulong(10_250), ulong(7_500), ulong(750)])
    image.run(4, 32, [longlong(2_358_500), longlong(-1_735_500), longlong(171_000), longlong(794_000)])
    image.tell("identity", 4, 1280, text("EM377A01234", 6), "EM377A01234")
    image.expect(VOLTS, AMPS, WATTS, TOTAL, (18, [0xFFFF, 0xFFFF]))
    return image


def carlo_gavazzi(max_registers, gone):
    """0.1 V, 0.001 A with sign, 0.1 W."""
    image = Image(max_registers)
    image.run(4, 0, map(swapped_long, [2301, 2314, 2287, 4000, 3990, 3985]))
    image.run(4, 12, map(swapped_long, [10_250, -7_500, 750]))
    image.run(4, 18, map(swapped_long, [23_585, -17_355, 1_710]))
    image.put(4, 40, swapped_long(7_940))
    image.expect(VOLTS, AMPS, WATTS, TOTAL, (16, gone))
    return image


def em24_din():
    # An overflow is 0x7FFF in the high word, whatever the low one says.
    image = carlo_gavazzi(11, [0x1234, 0x7FFF])
    image.tell("identity", 3, 0x1300, text("BX0420015001K", 7), "BX0420015001K", word_by_word=True)
    image.tell("refusal", 3, 0x1101, [7], 7)
    return image


def em24_e1():
    image = carlo_gavazzi(50, [0xFFFF, 0x7FFF])
    image.tell("identity", 3, 0x5000, text("KX1234567890A", 7), "KX1234567890A")
    image.tell("refusal", 3, 0xA000, [7], 7)
    image.tell_alone("probe", 4, 0x000B, 1648)
    return image


def em340():
    image = carlo_gavazzi(50, [0xFFFF, 0x7FFF])
    image.tell("identity", 3, 0x5000, text("BW0980014001J", 7), "BW0980014001J")
    image.tell("refusal", 3, 0x1103, [1], 1)
    image.tell_alone("probe", 4, 0x000B, 341)
    return image


def em111():
    image = Image(50)
    image.run(4, 0, map(swapped_long, [2301, 10_250, 23_585]))
    image.tell("identity", 3, 0x5000, text("AV12345", 7, low_byte=True), "AV12345")
    image.tell("refusal", 3, 0x1103, [1], 1)
    image.tell_alone("probe", 4, 0x000B, 103)
    image.expect(VOLTS[:1], AMPS[:1], WATTS[:1], WATTS[0], (2, [0xFFFF, 0x7FFF]))
    return image


def sdm_three_phases(max_registers, code):
    image = Image(max_registers)
    image.run(4, 0, map(single, VOLTS + AMPS + WATTS))
    image.put(4, 52, single(TOTAL))
    image.tell("identity", 3, 0xFC00, ulong(20_061_234), 20_061_234)
    image.tell("probe", 3, 0xFC02, [code], code)
    image.expect(singles(VOLTS), singles(AMPS), singles(WATTS), TOTAL, (10, NAN))
    return image


def sdm_one_phase(code):
    image = Image(60)
    for address, value in ((0, VOLTS[0]), (6, AMPS[0]), (12, WATTS[0])):
        image.put(4, address, single(value))
    image.tell("identity", 3, 0xFC00, ulong(20_061_234), 20_061_234)
    if code is not None:
        image.tell("probe", 3, 0xFC02, [code], code)
    image.expect(singles(VOLTS[:1]), AMPS[:1], WATTS[:1], WATTS[0], (6, NAN))
    return image


def sdm72d_v1():
    image = Image(20)
    image.put(4, 52, single(TOTAL))
    image.tell("probe", 3, 0xFC02, [0x84], 0x84)
    nothing = [None, None, None]
    image.reading = {"currentA": nothing, "voltageV": nothing, "powerW": nothing, "totalPowerW": TOTAL}
    image.gone = {"address": 52, "words": NAN}
    return image


def pro380():
    image = Image(60)
    image.run(3, 0x5002, map(single, VOLTS))
    # Powers in kW, the total first.
    kilowatts = [watts / 1000 for watts in [TOTAL] + WATTS]
    image.run(3, 0x500C, map(single, AMPS + kilowatts))
    image.tell("identity", 3, 0x1000, ulong(0x18010042), 0x18010042)
    total, *watts = [kilowatt * 1000 for kilowatt in singles(kilowatts)]
    image.expect(singles(VOLTS), AMPS, watts, total, (0x5010, NAN))
    return image


def wm3m4():
    image = Image(60)
    image.run(4, 107, [decimal(2301, -1), decimal(23_140, -2), decimal(2287, -1)])
    image.run(4, 126, [decimal(10_250, -3), decimal(75, -1), decimal(750, -3)])
    image.run(4, 140, [decimal(794, 0), decimal(23_585, -1), decimal(-17_355, -1), decimal(171, 0)])
    image.tell("probe", 4, 1, text("WM3M4C", 8), "WM3M4C")
    image.tell("identity", 4, 9, text("01234567", 4), "01234567")
    image.expect(VOLTS, AMPS, WATTS, TOTAL, (130, [0xFFFF, 0xFFFF]))
    return image


def em300():
    image = Image(125)
    # Import and export apart, in 0.1 W; then mA and mV.
    image.run(3, 0, [ulong(7_940), ulong(0)])
    for first, power, milliamps, millivolts in (
        (40, (23_585, 0), 10_250, 230_100),
        (80, (0, 17_355), 7_500, 231_400),
        (120, (1_710, 0), 750, 228_700),
    ):
        image.run(3, first, map(ulong, power))
        image.run(3, first + 20, [ulong(milliamps), ulong(millivolts)])
    image.expect(VOLTS, AMPS, WATTS, TOTAL, (140, [0xFFFF, 0xFFFF]))
    return image


def b23():
    image = Image(125)
    # 0.1 V, 0.01 A, 0.01 W.
    image.run(3, 0x5B00, [ulong(2301), ulong(2314), ulong(2287)])
    image.run(3, 0x5B0C, [ulong(1025), ulong(750), ulong(75)])
    image.run(3, 0x5B14, [long(79_400), long(235_850), long(-173_550), long(17_100)])
    image.tell("identity", 3, 0x8900, ulong(1_234_567), 1_234_567)
    image.expect(VOLTS, AMPS, WATTS, TOTAL, (0x5B10, [0xFFFF, 0xFFFF]))
    return image


IMAGES = {
    "abb-b23-b24": b23(),
    "carlo-gavazzi-em111": em111(),
    "carlo-gavazzi-em24-din": em24_din(),
    "carlo-gavazzi-em24-e1": em24_e1(),
    "carlo-gavazzi-em340": em340(),
    "eastron-sdm120": sdm_one_phase(0x20),
    "eastron-sdm230": sdm_one_phase(None),
    "eastron-sdm630-v2": sdm_three_phases(60, 0x70),
    "eastron-sdm630mct-v2": sdm_three_phases(60, 0x79),
    "eastron-sdm72d-m-v1": sdm72d_v1(),
    "eastron-sdm72d-m-v2": sdm_three_phases(20, 0x89),
    "inepro-pro380": pro380(),
    "iskra-wm3m4": wm3m4(),
    "phoenix-eem-em377": em377(),
    "phoenix-eem-em377-int": em377_integers(),
    "phoenix-empro-ma37x-mb37x": empro(),
    "siemens-pac2200": pac2200(),
    "tq-bcontrol-em300-lr": em300(),
}

if __name__ == "__main__":
    lines = [f' "{model}": {json.dumps(image.dump())}' for model, image in IMAGES.items()]
    print("{\n" + ",\n".join(lines) + "\n}")
