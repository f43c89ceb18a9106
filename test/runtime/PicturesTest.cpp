// PicturesTest.cpp - folders of PNG and JPEG files: pixels against Pillow's, sizes, classes, and
// everything that is refused.
#include "OpenedData.h"
#include "TestTools.h"

extern "C" {
#include "pictures.h"
}

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <zlib.h>

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

struct FolderSpec {
  FolderSpec(int64_t classes, int64_t channels, int64_t height, int64_t width,
             uint32_t decode = SINTER_DECODE_PICTURE)
      : dims{channels, height, width},
        fields{
            {"image", SINTER_F32, 3, dims, decode, 0, 0, nullptr, nullptr},
            {"label", SINTER_I32, 0, nullptr, SINTER_DECODE_CLASS, 0, classes, nullptr, nullptr}},
        data{"animals", fields, 2, 0, 0, 0, 0} {}
  FolderSpec(const FolderSpec &) = delete;
  int64_t dims[3];
  sinter_field fields[2];
  sinter_data data;
};

/// Red, green, blue of a picture, as in goldens/pictures.py.
std::string picture(int height, int width) {
  std::string out;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        out += static_cast<char>((x * (7 + 3 * c) + y * (11 - 2 * c) + x * y * (c + 1) % 17) % 256);
  return out;
}

std::string big(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string chunk(const std::string &name, const std::string &bytes) {
  std::string all = name + bytes;
  auto check = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef *>(all.data()), static_cast<uInt>(all.size())));
  return big(static_cast<uint32_t>(bytes.size())) + all + big(check);
}

/// A PNG file of rows of bytes, of any kind of colours.
std::string png(int height, int width, int bits, int colours, const std::string &rows,
                const std::string &before = "") {
  size_t stride = rows.size() / static_cast<size_t>(height);
  std::string filtered;
  for (size_t y = 0; y < static_cast<size_t>(height); ++y)
    filtered += '\0' + rows.substr(y * stride, stride);
  uLongf packed = compressBound(filtered.size());
  std::string data(packed, 0);
  compress(reinterpret_cast<Bytef *>(data.data()), &packed,
           reinterpret_cast<const Bytef *>(filtered.data()), filtered.size());
  data.resize(packed);
  std::string head = big(static_cast<uint32_t>(width)) + big(static_cast<uint32_t>(height));
  head += static_cast<char>(bits);
  head += static_cast<char>(colours);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", head + std::string(3, '\0')) + before +
         chunk("IDAT", data) + chunk("IEND", "");
}

std::string png(int height, int width) { return png(height, width, 8, 2, picture(height, width)); }

std::string fromHex(const std::string &text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return out;
}

/// Words of the lines of the golden file that begin with `kind`.
std::vector<std::vector<std::string>> golden(const std::string &kind) {
  std::ifstream file(PICTURES_GOLDEN);
  std::vector<std::vector<std::string>> out;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::vector<std::string> list{std::istream_iterator<std::string>(words), {}};
    if (list[0] == kind)
      out.push_back(list);
  }
  EXPECT_FALSE(out.empty());
  return out;
}

class PicturesTest : public ::testing::Test {
protected:
  PicturesTest() { dataset_add(&picture_reader); }
  ~PicturesTest() override { dataset_add(nullptr); }
  void write(const std::string &name, const std::string &bytes) {
    std::filesystem::create_directories(std::filesystem::path(folder / name).parent_path());
    writeFile(folder / name, bytes);
  }
  /// Bytes of the pictures of a file, channel by channel.
  std::string pixels(const std::string &file, int64_t channels, int64_t height, int64_t width,
                     uint32_t decode = SINTER_DECODE_PICTURE) {
    write("train/one/x", "not a picture by its name");
    write("train/one/x.png", file);
    FolderSpec spec(1, channels, height, width, decode);
    Opened read(spec, folder.path);
    EXPECT_EQ(read.code, 0) << read.text;
    std::string out;
    if (!read.code)
      for (float value : read.get<float>(read.data.train, 0, 0))
        out += static_cast<char>(lround(value * 255));
    return out;
  }
  void refuses(const FolderSpec &spec, int code, const std::string &message) {
    Opened read(spec, folder.path);
    EXPECT_EQ(read.code, code) << read.text;
    EXPECT_THAT(std::string(read.text), HasSubstr(message));
  }
  Scratch folder;
};

/// Channels of rows of pixels, one behind the other.
std::string planes(const std::string &rows, size_t channels) {
  std::string out;
  for (size_t c = 0; c < channels; ++c)
    for (size_t i = c; i < rows.size(); i += channels)
      out += rows[i];
  return out;
}

TEST_F(PicturesTest, EveryKindOfPng) {
  std::string rgb = picture(3, 5), grey("\x00\x40\xff\x80\x01\x02", 6), rgba, ga;
  for (size_t i = 0; i < rgb.size(); i += 3)
    rgba += rgb.substr(i, 3) + static_cast<char>(i); // transparency is left out
  for (char value : grey)
    ga += std::string(1, value) + '\7';
  EXPECT_EQ(pixels(png(3, 5, 8, 2, rgb), 3, 3, 5), planes(rgb, 3));
  EXPECT_EQ(pixels(png(3, 5, 8, 6, rgba), 3, 3, 5), planes(rgb, 3));
  EXPECT_EQ(pixels(png(2, 3, 8, 0, grey), 1, 2, 3), grey);
  EXPECT_EQ(pixels(png(2, 3, 8, 4, ga), 1, 2, 3), grey);
  EXPECT_EQ(pixels(png(2, 3, 8, 0, grey), 3, 2, 3), grey + grey + grey);
  EXPECT_EQ(pixels(png(1, 3, 1, 0, "\xa0"), 1, 1, 3), std::string("\xff\0\xff", 3));
  EXPECT_EQ(pixels(png(1, 3, 2, 0, "\x1c"), 1, 1, 3), std::string("\0\x55\xff", 3));
  EXPECT_EQ(pixels(png(1, 2, 4, 0, "\x5f"), 1, 1, 2), "\x55\xff");
  EXPECT_EQ(pixels(png(1, 2, 8, 3, std::string("\1\0", 2),
                       chunk("PLTE", std::string("\1\2\3\4\5\6", 6)) + chunk("tRNS", "\x80")),
                   3, 1, 2),
            "\4\1\5\2\6\3");
}

TEST_F(PicturesTest, JpegFilesAsPillow) {
  int read = 0;
  for (const auto &g : golden("jpeg")) {
    int64_t height = std::stoi(g[2]), width = std::stoi(g[3]), channels = std::stoi(g[4]);
    if (channels == 4)
      continue;
    EXPECT_EQ(pixels(fromHex(g[5]), channels, height, width),
              planes(fromHex(g[6]), static_cast<size_t>(channels)))
        << g[1];
    ++read;
  }
  EXPECT_EQ(read, 4);
}

TEST_F(PicturesTest, ColoursBecomeGreyAsPillow) {
  EXPECT_EQ(pixels(png(13, 19), 1, 13, 19), fromHex(golden("luma")[0][1]));
}

// Pillow rounds between the two axes, we do not: one level, rarely.
TEST_F(PicturesTest, ScaledAsPillow) {
  for (const auto &g : golden("fit")) {
    int64_t height = std::stoi(g[2]), width = std::stoi(g[3]);
    std::string want = planes(fromHex(g[4]), 3),
                got = pixels(png(37, 29), 3, height, width,
                             g[1] == "crop" ? SINTER_DECODE_PICTURE_CROPPED
                                            : SINTER_DECODE_PICTURE_STRETCHED);
    ASSERT_EQ(got.size(), want.size());
    size_t differ = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      int away = abs(static_cast<unsigned char>(got[i]) - static_cast<unsigned char>(want[i]));
      ASSERT_LE(away, 1) << g[1] << " " << height << "x" << width << " at " << i;
      differ += away > 0;
    }
    EXPECT_LT(differ, got.size() / 4) << g[1] << " " << height << "x" << width;
  }
}

TEST_F(PicturesTest, FoldersAreClasses) {
  for (const char *name : {"train/dog/b.png", "train/dog/a.PNG", "train/cat, black/1.jpeg.png",
                           "test/dog/1.png", "test/cat, black/2.png", "train/.hidden/1.png"})
    write(name, png(1, 1, 8, 0, std::string(1, name[strlen(name) - 5])));
  write("train/dog/list.txt", "nothing");
  write("train/README", "nothing");
  FolderSpec spec(2, 1, 1, 1);
  Opened read(spec, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 3u);
  EXPECT_EQ(read.data.test.count, 2u);
  EXPECT_FALSE(read.data.ahead);
  EXPECT_STREQ(read.data.classes.text, "\"cat, black\",dog");
  std::vector<int32_t> labels, bytes;
  for (const split *s : {&read.data.train, &read.data.test})
    for (uint64_t i = 0; i < s->count; ++i) {
      labels.push_back(read.one(*s, 1, i));
      bytes.push_back(static_cast<int32_t>(lround(read.one<float>(*s, 0, i) * 255)));
    }
  EXPECT_THAT(labels, ElementsAre(0, 1, 1, 0, 1));
  EXPECT_THAT(bytes, ElementsAre('g', 'a', 'b', '2', '1'));
}

TEST_F(PicturesTest, WithoutTestsThoseOfTraining) {
  write("train/a/1.png", png(2, 2));
  write("train/b/1.png", png(2, 2));
  FolderSpec spec(2, 3, 2, 2);
  Opened read(spec, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_STREQ(read.data.one_split, "has no folder 'test'");
  EXPECT_EQ(read.one(read.data.test, 1, 1), 1);
  EXPECT_EQ(read.get<double>(read.data.test, 0, 1), read.get<double>(read.data.train, 0, 1));
}

TEST_F(PicturesTest, TestsAloneNeedNoOtherFiles) {
  write("test/a/1.png", png(2, 2));
  write("test/b/1.png", png(2, 2));
  FolderSpec spec(2, 3, 2, 2);
  Opened read = Opened::ofTests(spec, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_EQ(read.data.train.count, 0u);
  EXPECT_EQ(read.one(read.data.test, 1, 1), 1);
  refuses(spec, 2101, "has no folder 'train', with a folder of pictures a class");
}

/// Nothing is kept.
int openAhead(dataset *data, const char *path, sinter_pool *pool, diag *d) {
  return picture_open_keeping(data, path, 0, pool, d);
}

TEST_F(PicturesTest, NothingIsKeptOfMany) {
  for (int i = 0; i < 9; ++i)
    write("train/" + std::to_string(i % 3) + "/" + std::to_string(i) + ".png", png(i + 1, 5));
  FolderSpec spec(3, 3, 4, 4, SINTER_DECODE_PICTURE_CROPPED);
  Opened kept(spec, folder.path);
  reader ahead = picture_reader;
  ahead.open = openAhead;
  dataset_add(&ahead);
  Opened read(spec, folder.path);
  ASSERT_EQ(read.code, 0) << read.text;
  EXPECT_TRUE(read.data.ahead);
  for (uint64_t i = 0; i < 9; ++i) {
    EXPECT_EQ(read.get<float>(read.data.train, 0, i), kept.get<float>(kept.data.train, 0, i));
    EXPECT_EQ(read.one<int64_t>(read.data.train, 1, i), static_cast<int64_t>(i / 3));
  }
  write("train/1/4.png", png(5, 5).substr(0, 60)); // its header is sound: found when it is read
  read.get<float>(read.data.train, 0, 4);
  EXPECT_EQ(read.code, 2118);
  EXPECT_THAT(std::string(read.text), HasSubstr("train/1/4.png' byte 41: expects a sound PNG file, "
                                                "got damage: the file ends too early [E2118]"));
}

TEST_F(PicturesTest, WeightsKnowClasses) {
  write("train/b/1.png", png(2, 2));
  write("train/c/1.png", png(2, 2));
  FolderSpec two(2, 3, 2, 2), three(3, 3, 2, 2);
  EXPECT_THAT(std::string(Opened(two, folder.path, nullptr, "b,d").text),
              HasSubstr("train' expects the folders of the classes that 'w.safetensors' has "
                        "[E2117]\n  + c\n  - d"));
  EXPECT_THAT(std::string(Opened(two, folder.path, nullptr, "a,b,c").text),
              HasSubstr("'w.safetensors' expects 2 classes, as many as the model has, got 3"));
  for (const char *wrong : {"", "b", "c,b", "b,b", "b\nc", ",b"})
    EXPECT_NE(Opened(two, folder.path, nullptr, wrong).code, 0) << wrong;
  EXPECT_EQ(Opened(two, folder.path, nullptr, "b,c").code, 0);
}

TEST_F(PicturesTest, WrongFolders) {
  FolderSpec spec(2, 3, 2, 2);
  refuses(spec, 2101, "' has no folder 'train', with a folder of pictures a class");
  write("train/1.png", png(2, 2));
  refuses(spec, 2117, "/train' expects a folder for each class, got none");
  write("train/a/1.png", png(2, 2));
  refuses(spec, 2117, "/train' expects 2 classes, as many as the model has, got 1 [E2117]\n  a");
  write("train/b/list.txt", "");
  refuses(spec, 2117, "/train/b' expects one picture or more (.png, .jpg, .jpeg), got none");
  write("train/b/1.gif", "GIF89a");
  refuses(spec, 2118, "/train/b/1.gif': expects PNG or JPEG files, got another picture");
  remove((folder / "train/b/1.gif").c_str());
  write("train/b/1.png", png(2, 2));
  write("test/a/1.png", png(2, 2));
  refuses(spec, 2117, "/train' has [E2117]\n  - b");
  write("test/c/1.png", png(2, 2));
  refuses(spec, 2117, "/test' expects the folders of the classes that '");
  refuses(spec, 2117, "/train' has [E2117]\n  + c\n  - b");
}

TEST_F(PicturesTest, WrongPictures) {
  write("train/a/1.png", png(2, 2));
  FolderSpec spec(1, 3, 2, 2);
  auto refused = [&](const std::string &bytes, const std::string &message) {
    write("train/a/2.png", bytes);
    refuses(spec, 2118, "/train/a/2.png'" + message);
  };
  refused("", " byte 0: expects a PNG or JPEG file, got an empty file");
  refused("GIF89a and more", " byte 0: expects a PNG or JPEG file, got a GIF file; `magick IN");
  refused("BM", " byte 0: expects a PNG or JPEG file, got a BMP file");
  refused(std::string(20, 'x'), " byte 0: expects a PNG or JPEG file, got other bytes");
  refused(png(3, 2), ": 'animals' expects pictures of 2x2 (height x width), got 3x2; .fit = "
                     "Fit::crop or Fit::stretch in the model scales them");
  refused(png(1, 1, 16, 0, "ab"), ": expects 8 bits a channel, got 16");
  refused(png(2, 2).substr(0, 8), " byte 8: expects a sound PNG file, got damage");
  for (const auto &g : golden("jpeg"))
    if (g[1] == "cmyk")
      refused(fromHex(g[5]), ": expects grey or red, green and blue, got 4 channels (CMYK?)");
  std::string absurd = png(2, 2);
  absurd.replace(8, 25, chunk("IHDR", big(1 << 19) + big(1 << 19) + std::string("\10\2\0\0\0", 5)));
  FolderSpec any(1, 3, 2, 2, SINTER_DECODE_PICTURE_CROPPED);
  write("train/a/2.png", absurd);
  refuses(any, 2118, "/train/a/2.png': expects from 1 to 268435456 pixels, got 524288x524288");
}

// A file that ends too early is damaged, wherever it does; so is every changed byte of a PNG file,
// which has check sums.
TEST_F(PicturesTest, DamagedFiles) {
  std::map<std::string, std::string> files{{"png", png(13, 19)}};
  for (const auto &g : golden("jpeg"))
    if (g[4] != "4")
      files[g[1]] = fromHex(g[5]);
  auto decode = [&](const std::string &bytes) {
    std::vector<uint8_t> all(bytes.begin(), bytes.end()); // an end of its own, for the sanitizer
    picture_file file = {"f.png", all.data(), all.size()};
    struct picture p = {};
    char text[1024];
    diag d = diag_make(text, sizeof text);
    picture_decode(&file, true, &p, &d);
    free(p.pixels);
    EXPECT_TRUE(d.code == 0 || d.code == 2118) << text;
    return d.code;
  };
  for (const auto &[name, good] : files) {
    EXPECT_EQ(decode(good), 0);
    for (size_t cut = 0; cut < good.size() - (name == "png" ? 0 : 2); ++cut)
      EXPECT_EQ(decode(good.substr(0, cut)), 2118) << name << " of " << cut << " bytes";
    for (size_t at = 0; at < good.size(); ++at)
      for (int flip : {0x01, 0x80, 0xff}) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ flip);
        int code = decode(bad);
        if (name == "png")
          EXPECT_EQ(code, 2118) << at;
      }
  }
}

} // namespace
